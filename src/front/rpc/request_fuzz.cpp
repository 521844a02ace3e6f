// Any bytes as the body of a request: answered, never a crash; what is answered is JSON.
#include "base/assert.hpp"
#include "front/rpc/fake_node.hpp"
#include "front/rpc/json_text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace keel;
    static NullLogger logger;
    static rpc::FakeNode node(primitives::regtest_params());
    static rpc::Dispatcher dispatcher(logger);
    static const bool started = [] {
        dispatcher.start(node.access());
        return true;
    }();
    const std::string_view body = as_text(std::as_bytes(std::span(data, size)));
    // Calls that mine or wait would only make the fuzzer slow.
    if (!started || body.find("generate") != std::string_view::npos || body.find("wait") != std::string_view::npos ||
        body.find("stop") != std::string_view::npos) {
        return 0;
    }
    const rpc::Response response = dispatcher.handle(body, "user");
    KEEL_ASSERT(!response.body || rpc::is_json(*response.body));
    return 0;
}
