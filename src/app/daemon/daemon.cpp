#include "app/daemon/daemon.hpp"

#include "edge/runtime/entropy.hpp"
#include "edge/runtime/signals.hpp"
#include "edge/runtime/thread_name.hpp"

namespace keel::daemon {
namespace {

using namespace std::chrono_literals;
using Error = Failure<std::string>;

constexpr auto kLookAround = 250ms;  // how often run() looks at what has no signal
constexpr std::int64_t kReportEvery = 10'000'000'000;
// Databases and block files want some room to stop cleanly.
constexpr std::uint64_t kLeastFreeBytes = 50'000'000;

std::int64_t steady_nanoseconds() {
    return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::array<std::uint64_t, 8> random_hash_key() {
    std::array<std::uint64_t, 8> key{};
    runtime::random_bytes(std::as_writable_bytes(std::span(key)));
    return key;
}

}  // namespace

std::int64_t Daemon::Clocked::nanoseconds() const { return steady_nanoseconds(); }

Daemon::Daemon(settings::Loaded loaded, Options options, std::string version_line)
    : loaded_(std::move(loaded)), options_(std::move(options)), version_line_(std::move(version_line)) {
    if (options_.mock_time) {
        clock_.set_mock_time(unix_time(*options_.mock_time));
    }
}

Daemon::~Daemon() { stop(); }

Result<void, std::string> Daemon::start() {
    runtime::set_thread_name("main");
    KEEL_CHECK(create_directories(loaded_));
    KEEL_TRY(lock_, DirectoryLock::acquire(loaded_));
    KEEL_TRY(logger_, open_log(loaded_, clock_));
    log_start(*logger_, loaded_, version_line_);
    log_switch_ =
        std::make_unique<LogSwitch>(*logger_, settings::chain_path(loaded_, "debuglogfile", "debug.log").string());
    if (const auto path = settings::chain_path(loaded_, "pid", "keeld.pid"); !path.empty()) {
        KEEL_TRY(pid_file_, PidFile::write(path));
    }
    KEEL_TRY(rpc_, RpcService::start(loaded_, *logger_));
    KEEL_CHECK(open_node());
    make_threads();
    KEEL_CHECK(start_network());
    start_import();
    log(*logger_, LogCategory::all, LogLevel::info, "init message: Done loading");
    return {};
}

Result<void, std::string> Daemon::open_node() {
    rpc_->set_warmup("Loading block index…");
    KEEL_TRY(stores_, open_stores(loaded_, options_));
    const auto wake = [this] {
        if (ValidationThread* thread = wakes_.load(std::memory_order_acquire); thread != nullptr) {
            thread->wake();
        }
    };
    verify_ = std::make_unique<runtime::WorkerPool>(options_.script_threads - 1, "verify", wake);
    flush_ = std::make_unique<runtime::WorkerPool>(1, "flush", wake);
    verify_port_ = std::make_unique<PoolWorkers>(*verify_);
    flush_port_ = std::make_unique<PoolWorkers>(*flush_);
    const primitives::Params& params = *loaded_.params;
    const validation::Options engine_options{
        .block_files = stores_.block_files,
        .xor_key = stores_.xor_key,
        .cache = {.budget = options_.memory.coin_cache, .hash_key = random_hash_key()},
        .pool = options_.pool,
        .assume_valid = params.assume_valid,
        .minimum_chain_work = consensus::ChainWork(params.minimum_chain_work),
        .prune_target = options_.prune.target,
        .reindex = stores_.rebuilding};
    p2p::Config config;
    config.user_agent = options_.user_agent;
    config.max_tip_age = options_.max_tip_age;
    config.max_inbound = options_.max_connections;
    config.handshake_timeout = options_.handshake_timeout;
    if (options_.prune.enabled) {
        config.services = wire::Services{}.with(wire::Service::network_limited).with(wire::Service::witness);
    }
    config.v2_transport = options_.v2_transport;
    if (options_.v2_transport) {
        config.services = config.services.with(wire::Service::p2p_v2);
    }
    const node::Surroundings around{.params = params,
                                    .files = *stores_.files,
                                    .index = *stores_.index,
                                    .coins = *stores_.coins,
                                    .verify = *verify_port_,
                                    .flush = *flush_port_,
                                    .stages = stages_,
                                    .logger = *logger_,
                                    .seed = runtime::random_seed()};
    KEEL_TRY(node_, node::Node::open(around, engine_options, config, clock_.now()));
    log(*logger_, LogCategory::all, LogLevel::info, "Loaded the chain up to height ", node_->view().tip().height(),
        ", ", node_->tree().size(), " headers.");
    if (node_->recovered_blocks() != 0) {
        log(*logger_, LogCategory::all, LogLevel::info, "Took up ", node_->recovered_blocks(),
            " blocks that an unclean stop left unrecorded.");
    }
    {
        // No validation thread yet: this one stands in for it.
        const RoleHolder role(validation_role);
        node_->validation().restore_fees(fee_files().read(node_->view().tip(), *logger_));
    }
    chain_ = std::make_unique<ChainReader>(*node_, params, clock_, switchboard_);
    chain_->set_facts({options_.prune, options_.max_tip_age});
    return {};
}

void Daemon::make_threads() {
    importer_ = std::make_unique<Importer>(Importer::Surroundings{
        .params = *loaded_.params,
        .files = *stores_.files,
        .tree = node_->tree(),
        .workers = *verify_,
        .clock = clock_,
        .logger = *logger_,
        .submit = [this](validation::SubmitBlock block) { validation_->post(std::move(block)); }});
    network_ = std::make_unique<net::Network>(
        net::Options{.magic = loaded_.params->magic,
                     .default_port = loaded_.params->default_port,
                     .max_connections = options_.max_connections + 64,
                     .receive_budget = options_.receive_budget,
                     .send_mark = options_.send_mark,
                     .dial_timeout = options_.dial_timeout,
                     .v2_transport = options_.v2_transport},
        [this](net::Event event) { p2p_->post(std::move(event)); }, *logger_);
    carrier_ = std::make_unique<NetCarrier>(*network_, node_->make_reader());
    switchboard_.connect({.validation = [this](validation::Command it) { validation_->post(std::move(it)); },
                          .p2p = [this](p2p::Event it) { p2p_->post(std::move(it)); },
                          .net = [this](node::NetAction it) { carrier_->carry(std::move(it)); },
                          .import_credit = [this](std::size_t bytes) { importer_->give_back(bytes); },
                          .fatal = [this](std::string message) { fail(std::move(message)); },
                          .tip = [this]() -> const headers::Node& { return node_->view().tip(); }});
    p2p_ = std::make_unique<P2pThread>(node_->p2p(), clock_, switchboard_);
    carrier_->set_p2p(*p2p_);
    validation_ = std::make_unique<ValidationThread>(node_->validation(), clock_, switchboard_);
    wakes_.store(validation_.get(), std::memory_order_release);
    validation_->wake();  // for what finished before it could be told
    commands_ = std::make_unique<NodeCommands>(NodeCommands::Parts{.params = *loaded_.params,
                                                                   .node = *node_,
                                                                   .clock = clock_,
                                                                   .switchboard = switchboard_,
                                                                   .validation = *validation_,
                                                                   .p2p = *p2p_});
    pool_ = std::make_unique<PoolService>(PoolService::Parts{.node = *node_,
                                                             .clock = clock_,
                                                             .switchboard = switchboard_,
                                                             .validation = *validation_,
                                                             .logger = *logger_},
                                          PoolService::Saving{.path = loaded_.chain_dir / "mempool.dat",
                                                              .persist = options_.persist_pool,
                                                              .plain = options_.plain_pool_file});
    mining_ = std::make_unique<MiningService>(switchboard_, *validation_, options_.mining);
}

Result<std::vector<wire::Endpoint>, std::string> Daemon::listen() {
    std::vector<wire::Endpoint> out;
    for (const wire::Endpoint& endpoint : options_.listening.required) {
        auto bound = network_->listen(endpoint);
        if (!bound) {
            return Error(concat("Unable to bind to ", wire::to_string(endpoint), " on this computer. ", bound.error()));
        }
        out.push_back(*bound);
    }
    std::string why;
    for (const wire::Endpoint& endpoint : options_.listening.any_of) {
        if (auto bound = network_->listen(endpoint)) {
            out.push_back(*bound);
        } else {
            why = std::move(bound.error());
        }
    }
    if (out.empty() && !options_.listening.any_of.empty()) {
        return Error(concat("Failed to listen on any port. Use -listen=0 if you want this. ", why));
    }
    return out;
}

Result<void, std::string> Daemon::start_network() {
    KEEL_TRY(std::vector<wire::Endpoint> listening, listen());
    start_rpc_calls(listening);
    p2p_->post(p2p::Event(p2p::SetNetworkActive{options_.network_active, 0}));
    log(*logger_, LogCategory::all, LogLevel::info, "SetNetworkActive: ", options_.network_active);
    return {};
}

void Daemon::start_rpc_calls(const std::vector<wire::Endpoint>& listening) {
    api::NetworkFacts facts;
    facts.version = options_.version_number;
    facts.protocol_version = wire::kProtocolVersion;
    facts.user_agent = options_.user_agent;
    facts.relay_fee = options_.pool.policy.min_relay.per_kvb();
    facts.incremental_fee = options_.pool.policy.incremental.per_kvb();
    facts.services = wire::Services{}.with(wire::Service::network_limited).with(wire::Service::witness);
    if (!options_.prune.enabled) {
        facts.services = facts.services.with(wire::Service::network);
    }
    if (options_.v2_transport) {
        facts.services = facts.services.with(wire::Service::p2p_v2);
    }
    for (const wire::Endpoint& endpoint : listening) {
        log(*logger_, LogCategory::all, LogLevel::info, "Bound to ", wire::to_string(endpoint));
        facts.listening.push_back({wire::to_string(endpoint.address), endpoint.port});
    }
    peers_ = std::make_unique<PeersReader>(*p2p_, *network_, std::move(facts));
    rpc_->ready({.chain = *chain_,
                 .commands = *commands_,
                 .peers = *peers_,
                 .pool = *pool_,
                 .mining = *mining_,
                 .logs = *log_switch_});
}

// Peers are looked for once the node's own files are read.
void Daemon::start_peers() {
    for (const std::string& target : options_.added_nodes) {
        p2p_->post(p2p::Event(p2p::AddNode{target, p2p::AddNode::Mode::add, 0}));
    }
    if (options_.dns_seeds && options_.added_nodes.empty()) {
        for (const std::string& seed : loaded_.params->dns_seeds) {
            p2p_->post(p2p::Event(p2p::AddNode{seed, p2p::AddNode::Mode::one_try, 0}));
        }
    }
}

void Daemon::start_import() {
    std::vector<ImportTask> tasks;
    if (stores_.rebuilding) {
        tasks.push_back({loaded_.blocks_dir.string(), true});
    }
    for (const auto& file : options_.import_files) {
        tasks.push_back({file.string(), false});
    }
    import_begin_ = last_report_ = snapshot();
    if (tasks.empty()) {
        chain_->set_loading(false);
        pool_->start_loading();
        start_peers();
        return;
    }
    importing_ = true;
    node_->view().set_importing(true);
    p2p_->post(p2p::Event(p2p::SetImporting{true}));
    importer_->start(std::move(tasks), [this](const std::string& read_failure) {
        // Blocks handed over are still on their way; the import is over when all of them have come to rest.
        const validation::Ticket ticket =
            switchboard_.answers().file([this, read_failure](const validation::Answer&) { end_import(read_failure); });
        validation_->post(validation::Settle{ticket});
    });
}

// On the validation thread.
void Daemon::end_import(const std::string& failure) {
    importing_ = false;
    if (!failure.empty()) {
        log(*logger_, LogCategory::all, LogLevel::warning, failure);
    }
    const Snapshot now = snapshot();
    {
        const std::lock_guard lock(mutex_);
        import_end_ = now;
    }
    log(*logger_, LogCategory::all, LogLevel::info, "Import finished at height ", now.height, ": ", now.import.blocks,
        " blocks taken, ", now.import.known, " known before, ", now.import.refused, " refused, ", now.import.orphans,
        " without their parent.");
    const std::string text = breakdown(import_begin_, now);
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        log(*logger_, LogCategory::bench, LogLevel::info, std::string_view(text).substr(at, end - at));
        at = end + 1;
    }
    if (stores_.rebuilding) {
        flush_->submit([this] {
            if (const auto ended = end_rebuild(*stores_.index); !ended) {
                fail(ended.error());
            }
        });
    }
    node_->view().set_importing(false);
    p2p_->post(p2p::Event(p2p::SetImporting{false}));
    chain_->set_loading(false);
    pool_->start_loading();
    start_peers();
    if (options_.stop_after_import) {
        runtime::request_stop();
    }
}

Snapshot Daemon::import_end() const {
    const std::lock_guard lock(mutex_);
    return import_end_;
}

Snapshot Daemon::snapshot() const {
    Snapshot out;
    out.nanoseconds = steady_nanoseconds();
    out.height = node_->view().tip().height().value();
    out.headers = node_->tree().best_header().height().value();
    out.blocks = stages_.blocks;
    out.inputs = stages_.inputs;
    out.outputs = stages_.outputs;
    out.validation = validation_->use();
    out.import = importer_->counts();
    out.importing = importing_;
    for (std::size_t i = 0; i < validation::kStageCount; ++i) {
        out.stages[i] = stages_.of(static_cast<validation::Stage>(i)).nanoseconds;
    }
    return out;
}

void Daemon::report_progress() {
    const Snapshot now = snapshot();
    if (now.nanoseconds - last_report_.nanoseconds < kReportEvery) {
        return;
    }
    if (now.blocks != last_report_.blocks && (importing_ || chain_->initial_download())) {
        log(*logger_, LogCategory::all, LogLevel::info, progress_line(last_report_, now));
    }
    last_report_ = now;
}

Result<void, std::string> Daemon::check_space() const {
    for (const std::string& folder : {loaded_.chain_dir.string(), loaded_.blocks_dir.string()}) {
        const auto free = stores_.files->free_space(folder);
        if (free && *free < kLeastFreeBytes) {
            return Error(concat("Disk space is too low! Only ", *free / 1'000'000, " MB are left for ", folder,
                                ". Free some space and start again."));
        }
    }
    return {};
}

Result<void, std::string> Daemon::run() {
    for (;;) {
        KEEL_CHECK(check_space());
        const auto signal = runtime::wait_for_signal(kLookAround);
        if (signal == runtime::Signal::reopen) {
            logger_->reopen();
        }
        if (std::string broken = failure(); !broken.empty()) {
            return Error(std::move(broken));
        }
        const bool high_enough =
            options_.stop_at_height > 0 && node_->view().tip().height().value() >= options_.stop_at_height;
        if (signal == runtime::Signal::stop || high_enough) {
            return {};
        }
        report_progress();
        trimmer_.look(static_cast<std::uint64_t>(node_->view().tip().height().value()), clock_.now().steady);
        mining_->look_around(fee_files(), *logger_);
    }
}

FeeFiles Daemon::fee_files() const {
    return {.folder = loaded_.chain_dir / "fees", .stale_too = options_.stale_fee_estimates};
}

// When the validation thread has ended: this one stands in for it. A node that broke leaves the files as they are.
void Daemon::save_fees() {
    const RoleHolder role(validation_role);
    if (!node_->validation().is_broken()) {
        fee_files().write(node_->validation().last_fee_estimates(), *logger_);
    }
}

void Daemon::stop() {
    if (logger_ != nullptr) {
        log(*logger_, LogCategory::all, LogLevel::info, "Shutdown: In progress...");
    }
    switchboard_.close();
    if (rpc_ != nullptr) {
        rpc_->stop();
    }
    if (importer_ != nullptr) {
        importer_->stop();
    }
    if (pool_ != nullptr) {
        pool_->stop();
    }
    if (network_ != nullptr) {
        network_->stop();
    }
    if (p2p_ != nullptr) {
        p2p_->stop();
    }
    if (validation_ != nullptr) {
        validation_->finish();
        save_fees();
    }
    if (pool_ != nullptr) {
        pool_->save_at_end();
    }
    wakes_.store(nullptr, std::memory_order_release);
    verify_.reset();
    flush_.reset();
    rpc_.reset();
    peers_.reset();
    mining_.reset();
    pool_.reset();
    commands_.reset();
    carrier_.reset();
    importer_.reset();
    validation_.reset();
    p2p_.reset();
    network_.reset();
    chain_.reset();
    node_.reset();
    stores_ = {};
    pid_file_.reset();
    if (logger_ != nullptr) {
        log(*logger_, LogCategory::all, LogLevel::info, "Shutdown done");
    }
    log_switch_.reset();
    logger_.reset();
    lock_.reset();
}

void Daemon::fail(std::string message) {
    log(*logger_, LogCategory::all, LogLevel::error, message);
    {
        const std::lock_guard lock(mutex_);
        failure_ = std::move(message);
    }
    runtime::request_stop();
}

std::string Daemon::failure() const {
    const std::lock_guard lock(mutex_);
    return failure_;
}

}  // namespace keel::daemon
