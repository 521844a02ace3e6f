#include "front/rpc/json_parse.hpp"

#include <charconv>
#include <unordered_set>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_stack.hpp>

namespace keel::rpc {
namespace {

namespace json = boost::json;

// No name that a client may mean has a zero byte in it; the number behind it keeps repeated names apart.
constexpr char kDuplicateMark = '\0';

// What basic_parser calls; every function returns whether to go on.
class Builder {
public:
    // NOLINTBEGIN(readability-identifier-naming): the names that the library looks for
    static constexpr std::size_t max_object_size = json::object::max_size();
    static constexpr std::size_t max_array_size = json::array::max_size();
    static constexpr std::size_t max_key_size = json::string::max_size();
    static constexpr std::size_t max_string_size = json::string::max_size();
    // NOLINTEND(readability-identifier-naming)

    Builder() { stack_.reset(); }
    json::value take() { return stack_.release(); }

    bool on_document_begin(json::error_code&) { return true; }
    bool on_document_end(json::error_code&) { return true; }
    bool on_object_begin(json::error_code&) {
        names_.emplace_back();
        return true;
    }
    bool on_object_end(std::size_t members, json::error_code&) {
        names_.pop_back();
        stack_.push_object(members);
        return true;
    }
    bool on_array_begin(json::error_code&) { return true; }
    bool on_array_end(std::size_t elements, json::error_code&) {
        stack_.push_array(elements);
        return true;
    }
    bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
        key_.append(part.data(), part.size());
        return true;
    }
    bool on_key(json::string_view part, std::size_t, json::error_code&) {
        key_.append(part.data(), part.size());
        if (!names_.back().insert(key_).second) {
            key_ += kDuplicateMark + std::to_string(++duplicates_);
        }
        stack_.push_key({key_.data(), key_.size()});
        key_.clear();
        return true;
    }
    bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
        stack_.push_chars(part);
        return true;
    }
    bool on_string(json::string_view part, std::size_t, json::error_code&) {
        stack_.push_string(part);
        return true;
    }
    bool on_number_part(json::string_view part, json::error_code&) {
        number_.append(part.data(), part.size());
        return true;
    }
    bool on_int64(std::int64_t number, json::string_view, json::error_code&) {
        number_.clear();
        stack_.push_int64(number);
        return true;
    }
    bool on_uint64(std::uint64_t number, json::string_view, json::error_code&) {
        number_.clear();
        stack_.push_uint64(number);
        return true;
    }
    bool on_double(double rough, json::string_view part, json::error_code&) {
        number_.append(part.data(), part.size());
        double exact = rough;  // stays when out of range
        std::from_chars(number_.data(), number_.data() + number_.size(), exact);
        number_.clear();
        stack_.push_double(exact);
        return true;
    }
    bool on_bool(bool value, json::error_code&) {
        stack_.push_bool(value);
        return true;
    }
    bool on_null(json::error_code&) {
        stack_.push_null();
        return true;
    }
    bool on_comment_part(json::string_view, json::error_code&) { return true; }
    bool on_comment(json::string_view, json::error_code&) { return true; }

private:
    json::value_stack stack_;
    std::vector<std::unordered_set<std::string>> names_;  // of the members of each open object
    std::string key_;
    std::string number_;
    std::size_t duplicates_ = 0;
};

}  // namespace

std::optional<json::value> parse_json(std::string_view text) {
    json::parse_options options;
    options.max_depth = kJsonDepthMax;
    json::basic_parser<Builder> parser(options);
    json::error_code error;
    const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
    if (error || read != text.size() || !parser.done()) {
        return std::nullopt;
    }
    return parser.handler().take();
}

std::optional<std::string_view> duplicate_name(std::string_view member_name) {
    const std::size_t mark = member_name.find(kDuplicateMark);
    return mark == std::string_view::npos ? std::nullopt : std::optional(member_name.substr(0, mark));
}

}  // namespace keel::rpc
