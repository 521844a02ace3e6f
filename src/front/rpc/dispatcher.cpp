#include "front/rpc/dispatcher.hpp"

#include <boost/json/value.hpp>

#include "base/assert.hpp"
#include "front/rpc/json_parse.hpp"
#include "front/rpc/json_text.hpp"
#include "front/rpc/json_writer.hpp"

namespace keel::rpc {
namespace {

namespace json = boost::json;
using Clock = std::chrono::steady_clock;

constexpr int kOk = 200;
constexpr int kNoContent = 204;
constexpr int kBadRequest = 400;
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;
constexpr int kServerError = 500;

int http_status_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid_request: return kBadRequest;
        case ErrorCode::method_not_found: return kNotFound;
        default: return kServerError;
    }
}

void write_id(JsonWriter& writer, const Call& call) {
    if (call.id != nullptr) {
        writer.key("id");
        writer.raw(json_text(*call.id));
    } else if (!call.is_object) {
        writer.field("id", nullptr);
    }
}

// `result` is JSON.
void write_answer(std::string& out, const Call& call, std::string_view result) {
    JsonWriter writer(out);
    writer.begin_object();
    if (call.version2) {
        writer.field("jsonrpc", "2.0");
    }
    writer.key("result");
    writer.raw(result);
    if (!call.version2) {
        writer.field("error", nullptr);
    }
    write_id(writer, call);
    writer.end_object();
}

void write_error(std::string& out, const Call& call, const Error& error) {
    JsonWriter writer(out);
    writer.begin_object();
    if (call.version2) {
        writer.field("jsonrpc", "2.0");
    } else {
        writer.field("result", nullptr);
    }
    writer.key("error");
    writer.begin_object();
    writer.field("code", static_cast<int>(error.code));
    writer.field("message", error.message);
    writer.end_object();
    write_id(writer, call);
    writer.end_object();
}

Response error_response(const Call& call, const Error& error) {
    std::string body;
    write_error(body, call, error);
    body += '\n';
    return {http_status_of(error.code), std::move(body)};
}

// The method's name in a request, as far as it has one.
std::string_view method_of(const json::value& request) {
    const json::object* object = request.if_object();
    const json::value* method = object != nullptr ? object->if_contains("method") : nullptr;
    const json::string* name = method != nullptr ? method->if_string() : nullptr;
    return name != nullptr ? std::string_view(name->data(), name->size()) : std::string_view();
}

// What may stand in a line of the log: nobody outside shall write lines of their own.
std::string printable(std::string_view text) {
    constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,;-_/:?@()";
    std::string out;
    std::ranges::copy_if(text, std::back_inserter(out),
                         [&](char c) { return kAllowed.find(c) != std::string_view::npos; });
    return out;
}

}  // namespace

void Whitelist::add(std::string_view option) {
    const std::size_t colon = option.find(':');
    const std::string user(option.substr(0, colon));
    if (colon == std::string_view::npos) {
        limits_.try_emplace(user);
        return;
    }
    std::set<std::string, std::less<>> methods;
    std::string_view rest = option.substr(colon + 1);
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find_first_of(", "), rest.size());
        methods.emplace(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    limit(user, std::move(methods));
}

void Whitelist::limit(const std::string& user, std::set<std::string, std::less<>> methods) {
    const auto [entry, is_new] = limits_.try_emplace(user, methods);
    if (!is_new) {
        std::erase_if(entry->second, [&](const std::string& name) { return !methods.contains(name); });
    }
}

bool Whitelist::may_call_anything(std::string_view user) const { return open_ || limits_.contains(user); }

bool Whitelist::allows(std::string_view user, std::string_view method) const {
    const auto entry = limits_.find(user);
    return entry == limits_.end() ? open_ : entry->second.contains(method);
}

// Keeps a call in the list of running ones for as long as it lives.
class Dispatcher::Registration {
public:
    Registration(Dispatcher& owner, const std::string& method) : owner_(owner) {
        const std::lock_guard lock(owner_.mutex_);
        owner_.running_.push_back({method, Clock::now()});
        entry_ = std::prev(owner_.running_.end());
    }
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;
    ~Registration() {
        const std::lock_guard lock(owner_.mutex_);
        owner_.running_.erase(entry_);
    }

private:
    Dispatcher& owner_;
    std::list<Running>::iterator entry_;
};

Dispatcher::Dispatcher(Logger& logger, Whitelist whitelist)
    : logger_(logger), whitelist_(std::move(whitelist)), started_(Clock::now()) {}

void Dispatcher::set_warmup(std::string status) {
    const std::lock_guard lock(mutex_);
    warmup_ = std::move(status);
}

void Dispatcher::start(const NodeAccess& node) {
    const std::lock_guard lock(mutex_);
    node_.emplace(node);
}

seconds Dispatcher::uptime() const { return std::chrono::duration_cast<seconds>(Clock::now() - started_); }

std::vector<ServiceState::ActiveCall> Dispatcher::active_calls() const {
    const std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    std::vector<ActiveCall> out;
    for (const Running& call : running_) {
        out.push_back({call.method, std::chrono::duration_cast<microseconds>(now - call.since)});
    }
    return out;
}

Response Dispatcher::handle(std::string_view body, std::string_view user) {
    const std::optional<json::value> parsed = parse_json(body);
    if (!parsed) {
        return error_response(Call{}, {ErrorCode::parse, "Parse error"});
    }
    const json::value& request = *parsed;
    if (!whitelist_.may_call_anything(user)) {
        log(logger_, LogCategory::rpc, LogLevel::warning, "RPC User ", user, " not allowed to call any methods");
        return {kForbidden, std::nullopt};
    }
    if (request.is_object()) {
        return handle_single(request, user);
    }
    if (request.is_array()) {
        return handle_batch(request, user);
    }
    return error_response(Call{}, {ErrorCode::parse, "Top-level object parse error"});
}

Response Dispatcher::handle_single(const json::value& request, std::string_view user) {
    if (const std::string_view method = method_of(request); !whitelist_.allows(user, method)) {
        log(logger_, LogCategory::rpc, LogLevel::warning, "RPC User ", user, " not allowed to call method ", method);
        return {kForbidden, std::nullopt};
    }
    Call call;
    if (const Outcome<void> read = read_call(request, call); !read) {
        return error_response(call, read.error());
    }
    std::string result;
    const Outcome<void> done = execute(call, result, user);
    if (call.is_notification()) {
        return {kNoContent, std::nullopt};
    }
    if (!done) {
        Response response = error_response(call, done.error());
        if (call.version2) {
            response.http_status = kOk;  // version 2 reports errors in the body alone
        }
        return response;
    }
    std::string body;
    write_answer(body, call, result);
    return {kOk, std::move(body += '\n')};
}

Response Dispatcher::handle_batch(const json::value& requests, std::string_view user) {
    const json::array& calls = requests.get_array();
    if (calls.size() > kBatchMax) {
        return error_response(Call{}, {ErrorCode::invalid_request, "Batch of more than " + std::to_string(kBatchMax)});
    }
    for (const json::value& request : calls) {
        if (!whitelist_.allows(user, method_of(request))) {
            log(logger_, LogCategory::rpc, LogLevel::warning, "RPC User ", user, " not allowed to call method ",
                method_of(request));
            return {kForbidden, std::nullopt};
        }
    }
    std::string body = "[";
    for (const json::value& request : calls) {
        Call call;
        std::string result;
        Outcome<void> done = read_call(request, call);
        if (done) {
            done = execute(call, result, user);
        }
        if (call.is_notification()) {
            continue;
        }
        body += body.size() > 1 ? "," : "";
        if (done) {
            write_answer(body, call, result);
        } else {
            write_error(body, call, done.error());
        }
    }
    if (body.size() == 1 && !calls.empty()) {
        return {kNoContent, std::nullopt};
    }
    return {kOk, std::move(body += "]\n")};
}

Result<NodeAccess, std::string> Dispatcher::node() const {
    const std::lock_guard lock(mutex_);
    if (!node_) {
        return std::unexpected(warmup_);
    }
    return *node_;
}

Outcome<std::string> Dispatcher::invoke(std::string_view method, std::string_view params) {
    const std::optional<json::value> parsed = parse_json(params);
    KEEL_ASSERT(parsed);
    Call call;
    call.method = method;
    call.params = &*parsed;
    std::string out;
    KEEL_CHECK(execute(call, out, {}));
    return out;
}

Outcome<void> Dispatcher::execute(const Call& call, std::string& out, std::string_view user) {
    log(logger_, LogCategory::rpc, LogLevel::debug, "ThreadRPCServer method=", printable(call.method), " user=", user,
        " id=", call.id != nullptr ? printable(json_text(*call.id)) : std::string());
    const auto node = this->node();
    if (!node) {
        return fail(ErrorCode::in_warmup, node.error());
    }
    const Method* method = find_method(call.method);
    if (method == nullptr) {
        return fail(ErrorCode::method_not_found, "Method not found");
    }
    KEEL_TRY(const Args args, arrange(*method, call.params));
    const Registration registration(*this, call.method);
    JsonWriter writer(out);
    return method->handler({node->chain, node->commands, node->peers, node->pool, node->mining, node->logs, *this,
                            desk_, coin_scan_, block_scan_},
                           args, writer);
}

}  // namespace keel::rpc
