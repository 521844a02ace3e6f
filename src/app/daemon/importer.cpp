#include "app/daemon/importer.hpp"

#include <filesystem>

#include "app/daemon/header_survey.hpp"
#include "edge/runtime/thread_name.hpp"
#include "engine/headers/accept_header.hpp"

namespace keel::daemon {
namespace {

using consensus::CheckedBlock;
using primitives::BlockHash;
using SteadyClock = std::chrono::steady_clock;

// Adds the time of its own life to a counter.
class Stopwatch {
public:
    Stopwatch(std::mutex& mutex, std::int64_t& nanoseconds) : mutex_(mutex), nanoseconds_(nanoseconds) {}
    ~Stopwatch() {
        const auto passed = std::chrono::nanoseconds(SteadyClock::now() - begin_).count();
        const std::lock_guard lock(mutex_);
        nanoseconds_ += passed;
    }
    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;

private:
    std::mutex& mutex_;
    std::int64_t& nanoseconds_;
    SteadyClock::time_point begin_ = SteadyClock::now();
};

std::optional<primitives::Header> header_of(ByteSpan raw) {
    primitives::Reader in(raw);
    const auto header = primitives::Header::read(in);
    return in.ok() ? std::optional(header) : std::nullopt;
}

std::uint64_t size_of(const std::string& path) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    return error ? 0 : size;
}

// "blk00012.dat" -> 12
std::uint32_t number_of(const std::string& path) {
    const std::string name = std::filesystem::path(path).stem().string();
    std::uint32_t out = 0;
    for (const char c : name) {
        out = c >= '0' && c <= '9' ? out * 10 + static_cast<std::uint32_t>(c - '0') : out;
    }
    return out;
}

}  // namespace

void Importer::start(std::vector<ImportTask> tasks, std::function<void(std::string failure)> finished) {
    thread_ = std::thread([this, tasks = std::move(tasks), finished = std::move(finished)] {
        runtime::set_thread_name("import");
        run(tasks, finished);
    });
}

void Importer::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        credit_came_.notify_all();
    }
    if (thread_.joinable()) {
        thread_.join();
    }
}

void Importer::give_back(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    credit_ += static_cast<std::int64_t>(bytes);
    credit_came_.notify_all();
}

ImportCounts Importer::counts() const {
    const std::lock_guard lock(counts_mutex_);
    return counts_;
}

void Importer::run(const std::vector<ImportTask>& tasks, const std::function<void(std::string)>& finished) {
    std::string failure;
    for (const ImportTask& task : tasks) {
        if (const auto opened = open(task); !opened) {
            failure = opened.error();
        }
    }
    survey_headers();
    for (std::uint32_t source = 0; source < sources_.size(); ++source) {
        for (std::uint32_t file = 0; file < sources_[source].files.paths.size() && !stopping_; ++file) {
            if (const auto imported = import_file(source, file); !imported) {
                failure = imported.error();
                log(around_.logger, LogCategory::reindex, LogLevel::warning, failure);
            }
        }
    }
    if (!stopping_) {
        {
            const std::lock_guard lock(counts_mutex_);
            counts_.orphans += waiting_.size();
        }
        finished(std::move(failure));
    }
}

Result<void, std::string> Importer::open(const ImportTask& task) {
    auto found = store::find_import_files(around_.files, task.path);
    if (!found) {
        return Failure(concat("Cannot import ", task.path, ": ", found.error().text));
    }
    const std::lock_guard lock(counts_mutex_);
    for (const std::string& path : found->paths) {
        counts_.total_bytes += size_of(path);
    }
    sources_.push_back({std::move(*found), task.own});
    return {};
}

void Importer::survey_headers() {
    const BlockHash assumed = around_.params.assume_valid;
    if (assumed == BlockHash{} || around_.tree.find(assumed) != nullptr) {
        return;
    }
    HeaderSurvey survey(around_.tree, around_.params, around_.clock, stopping_);
    for (const Source& source : sources_) {
        for (const std::string& path : source.files.paths) {
            auto file = around_.files.open(path, store::OpenMode::read);
            const auto read = file ? survey.read(std::move(*file), source.files.key) : Failure(file.error());
            if (!read) {
                log(around_.logger, LogCategory::reindex, LogLevel::warning, read.error().message());
            }
        }
    }
    log(around_.logger, LogCategory::reindex, LogLevel::info,
        "Read the headers of all files first: ", around_.tree.best_header().height(), " is the height of the best.");
}

Result<void, std::string> Importer::import_file(std::uint32_t source, std::uint32_t file) {
    const store::ImportSource& files = sources_[source].files;
    auto opened = around_.files.open(files.paths[file], store::OpenMode::read);
    if (!opened) {
        return Failure(opened.error().message());
    }
    log(around_.logger, LogCategory::all, LogLevel::info, "Importing blocks from ", files.paths[file]);
    store::BlockScanner scanner(std::move(*opened), around_.params.magic, files.key);
    std::uint64_t base = 0;
    {
        const std::lock_guard lock(counts_mutex_);
        base = counts_.bytes;
    }
    std::vector<Candidate> batch;
    std::size_t batch_bytes = 0;
    for (bool more = true; more && !stopping_;) {
        {
            const Stopwatch watch(counts_mutex_, counts_.scan_ns);
            auto found = scanner.next();
            if (!found) {
                return Failure(found.error().message());
            }
            more = found->has_value();
            if (more && !header_of((*found)->raw)) {
                scanner.reject();
            } else if (more && !is_known((*found)->raw)) {
                batch_bytes += (*found)->raw.size();
                const Position position{source, file, (*found)->offset,
                                        static_cast<std::uint32_t>((*found)->raw.size())};
                batch.push_back({std::move((*found)->raw), position, std::nullopt});
            }
        }
        if (!more || batch_bytes >= kBatchBytes) {
            check(batch);
            hand_over(batch);
            batch.clear();
            batch_bytes = 0;
        }
        const std::lock_guard lock(counts_mutex_);
        counts_.bytes = base + scanner.position();
    }
    return {};
}

bool Importer::is_known(ByteSpan raw) const {
    const auto header = header_of(raw);
    const headers::Node* node = header ? around_.tree.find(header->hash()) : nullptr;
    return node != nullptr && (node->is(headers::Mark::has_data) || node->previous() == nullptr);
}

void Importer::check(std::vector<Candidate>& batch) {
    const Stopwatch watch(counts_mutex_, counts_.check_ns);
    around_.workers.parallel_for(batch.size(), 1, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            auto block = primitives::Block::parse(std::move(batch[i].raw));
            if (block) {
                batch[i].checked.emplace(consensus::check_block(std::move(*block), around_.params));
            }
        }
    });
}

void Importer::hand_over(std::vector<Candidate>& batch) {
    for (const Candidate& candidate : batch) {
        if (stopping_) {
            return;
        }
        take(candidate);
    }
}

void Importer::take(const Candidate& candidate) {
    if (!candidate.checked || !*candidate.checked) {
        const std::lock_guard lock(counts_mutex_);
        ++counts_.refused;
        return;
    }
    const CheckedBlock& block = **candidate.checked;
    const BlockHash hash = block.hash();
    if (around_.tree.find(block.block().header().previous) == nullptr) {
        log(around_.logger, LogCategory::reindex, LogLevel::debug, "LoadExternalBlockFile: Out of order block ", hash,
            ", parent ", block.block().header().previous, " not known");
        remember(block.block().header().previous, candidate.position);
    } else if (submit(block, candidate.position)) {
        follow(hash);
    }
}

bool Importer::submit(const CheckedBlock& block, const Position& position) {
    const auto accepted =
        headers::accept_header(around_.tree, block.block().header(), around_.params, around_.clock.now().unix);
    if (!accepted) {
        log(around_.logger, LogCategory::reindex, LogLevel::warning, "Block ", block.hash(),
            " is not imported: ", accepted.error().text());
        const std::lock_guard lock(counts_mutex_);
        ++counts_.refused;
        return false;
    }
    if (accepted->node->is(headers::Mark::has_data)) {
        const std::lock_guard lock(counts_mutex_);
        ++counts_.known;
        return true;
    }
    if (!wait_for_credit(block.block().raw().size())) {
        return false;
    }
    validation::SubmitBlock command{
        .block = block, .node = accepted->node, .source = {}, .requested = true, .place = {}};
    const Source& source = sources_[position.source];
    if (source.own) {
        command.place = headers::Place{number_of(source.files.paths[position.file]),
                                       static_cast<std::uint32_t>(position.offset), position.size};
    }
    around_.submit(std::move(command));
    const std::lock_guard lock(counts_mutex_);
    ++counts_.blocks;
    return true;
}

void Importer::remember(const BlockHash& parent, const Position& position) {
    if (waiting_.size() < kWaitingMax) {
        waiting_.emplace(parent, position);
        return;
    }
    const std::lock_guard lock(counts_mutex_);
    ++counts_.orphans;
}

void Importer::follow(const BlockHash& parent) {
    std::vector<BlockHash> parents{parent};
    while (!parents.empty() && !stopping_) {
        const auto [begin, end] = waiting_.equal_range(parents.back());
        parents.pop_back();
        std::vector<Position> children;
        for (auto it = begin; it != end; ++it) {
            children.push_back(it->second);
        }
        waiting_.erase(begin, end);
        for (const Position& child : children) {
            const auto again = read_again(child);
            log(around_.logger, LogCategory::reindex, LogLevel::debug,
                "LoadExternalBlockFile: Processing out of order child of a block that has come");
            if (again && again->checked && *again->checked && submit(**again->checked, child)) {
                parents.push_back((*again->checked)->hash());
            }
        }
    }
}

std::optional<Importer::Candidate> Importer::read_again(const Position& position) {
    const store::ImportSource& files = sources_[position.source].files;
    const auto file = around_.files.open(files.paths[position.file], store::OpenMode::read);
    if (!file) {
        return std::nullopt;
    }
    Candidate out{Bytes(position.size), position, std::nullopt};
    const auto read = (*file)->read_at(position.offset, out.raw);
    if (!read || *read != position.size) {
        return std::nullopt;
    }
    store::apply_xor(out.raw, position.offset, files.key);
    if (auto block = primitives::Block::parse(std::move(out.raw))) {
        out.checked.emplace(consensus::check_block(std::move(*block), around_.params));
    }
    return out;
}

bool Importer::wait_for_credit(std::size_t bytes) {
    const Stopwatch watch(counts_mutex_, counts_.wait_ns);
    std::unique_lock lock(mutex_);
    credit_came_.wait(lock, [this] { return stopping_ || credit_ > 0; });
    credit_ -= static_cast<std::int64_t>(bytes);
    return !stopping_;
}

}  // namespace keel::daemon
