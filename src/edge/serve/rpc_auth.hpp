// Who may use RPC: HTTP Basic credentials from a cookie file, -rpcuser with -rpcpassword, and -rpcauth entries.
//
// Passwords are kept as salted HMAC-SHA-256 only, and compared in constant time. Filled at start, constant afterwards;
// check() may be called from any thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace keel::serve {

// The name that cookie credentials have.
inline constexpr std::string_view kCookieUser = "__cookie__";

class RpcAuth {
public:
    // Stored under a random salt.
    void add_password(std::string_view user, std::string_view password);
    // "user:salt$hmac", as the rpcauth tool of Bitcoin Core writes it. False when it has another form.
    [[nodiscard]] bool add_rpcauth(std::string_view entry);

    // The user, for the value of an Authorization header with the right password.
    [[nodiscard]] std::optional<std::string> check(std::string_view authorization) const;

private:
    struct Entry {
        std::string user;
        std::string salt;
        std::string hmac;  // lower-case hex
    };
    std::vector<Entry> entries_;
};

// A file with fresh credentials, "user:password", that local clients read. Removed when this is destroyed.
class CookieFile {
public:
    enum class Access : std::uint8_t { owner, group, all };

    // Written beside its place and renamed, so that a reader sees it whole or not at all. The error is one sentence.
    [[nodiscard]] static Result<CookieFile, std::string> create(std::filesystem::path path, Access access);

    CookieFile(CookieFile&& other) noexcept;
    CookieFile& operator=(CookieFile&& other) noexcept;
    ~CookieFile();

    [[nodiscard]] const std::string& password() const { return password_; }

private:
    CookieFile(std::filesystem::path path, std::string password);

    std::filesystem::path path_;  // empty: moved from
    std::string password_;
};

}  // namespace keel::serve
