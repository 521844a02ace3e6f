#include "edge/serve/rpc_auth.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.hpp"
#include "base/hex.hpp"
#include "crypto/hash.hpp"
#include "edge/runtime/entropy.hpp"
#include "front/rpc/base64.hpp"

namespace keel::serve {
namespace {

constexpr std::string_view kBasic = "Basic ";
constexpr std::string_view kBlank = " \t";

std::string random_hex(std::size_t bytes) {
    Bytes out(bytes);
    runtime::random_bytes(out);
    return to_hex(out);
}

std::string hmac_hex(std::string_view salt, std::string_view password) {
    return to_hex(crypto::hmac_sha256(as_bytes(salt), as_bytes(password)).span());
}

// Takes as long for a wrong first character as for a wrong last one.
bool equal_in_constant_time(std::string_view a, std::string_view b) {
    if (b.empty()) {
        return a.empty();
    }
    std::size_t difference = a.size() ^ b.size();
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference |= static_cast<std::size_t>(static_cast<unsigned char>(a[i] ^ b[i % b.size()]));
    }
    return difference == 0;
}

std::string_view trim(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(kBlank);
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

mode_t mode_of(CookieFile::Access access) {
    switch (access) {
        case CookieFile::Access::owner: return 0600;
        case CookieFile::Access::group: return 0640;
        case CookieFile::Access::all: return 0644;
    }
    return 0600;
}

// An errno, or 0.
int write_file(const std::filesystem::path& path, std::string_view content, mode_t mode) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (file < 0) {
        return errno;
    }
    int error = ::fchmod(file, mode) == 0 ? 0 : errno;
    if (error == 0 && ::write(file, content.data(), content.size()) != static_cast<ssize_t>(content.size())) {
        error = errno != 0 ? errno : EIO;
    }
    ::close(file);
    return error;
}

}  // namespace

void RpcAuth::add_password(std::string_view user, std::string_view password) {
    const std::string salt = random_hex(16);
    entries_.push_back({std::string(user), salt, hmac_hex(salt, password)});
}

bool RpcAuth::add_rpcauth(std::string_view entry) {
    const std::size_t colon = entry.find(':');
    const std::size_t dollar = entry.find('$');
    if (colon == std::string_view::npos || dollar == std::string_view::npos || dollar < colon ||
        entry.find(':', colon + 1) != std::string_view::npos || entry.find('$', dollar + 1) != std::string_view::npos) {
        return false;
    }
    entries_.push_back({std::string(entry.substr(0, colon)), std::string(entry.substr(colon + 1, dollar - colon - 1)),
                        std::string(entry.substr(dollar + 1))});
    return true;
}

std::optional<std::string> RpcAuth::check(std::string_view authorization) const {
    if (!authorization.starts_with(kBasic)) {
        return std::nullopt;
    }
    const auto decoded = rpc::base64_decode(trim(authorization.substr(kBasic.size())));
    const std::string credentials(decoded ? as_text(*decoded) : "");
    const std::size_t colon = credentials.find(':');
    if (colon == std::string::npos) {
        return std::nullopt;
    }
    const std::string user = credentials.substr(0, colon);
    const std::string password = credentials.substr(colon + 1);
    bool right = false;
    for (const Entry& entry : entries_) {
        const bool same_user = equal_in_constant_time(user, entry.user);
        const bool same_password = equal_in_constant_time(hmac_hex(entry.salt, password), entry.hmac);
        right = right || (same_user && same_password);
    }
    return right ? std::optional(user) : std::nullopt;
}

CookieFile::CookieFile(std::filesystem::path path, std::string password)
    : path_(std::move(path)), password_(std::move(password)) {}

CookieFile::CookieFile(CookieFile&& other) noexcept
    : path_(std::exchange(other.path_, {})), password_(std::move(other.password_)) {}

CookieFile& CookieFile::operator=(CookieFile&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(password_, other.password_);
    return *this;
}

CookieFile::~CookieFile() {
    if (!path_.empty()) {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }
}

Result<CookieFile, std::string> CookieFile::create(std::filesystem::path path, Access access) {
    std::string password = random_hex(32);
    std::filesystem::path temporary = path;
    temporary += ".tmp";
    if (const int error = write_file(temporary, std::string(kCookieUser) + ":" + password, mode_of(access));
        error != 0) {
        return std::unexpected("Unable to open cookie authentication file " + temporary.string() +
                               " for writing: " + std::strerror(error));
    }
    std::error_code error;
    std::filesystem::rename(temporary, path, error);
    if (error) {
        return std::unexpected("Unable to rename cookie authentication file " + temporary.string() + " to " +
                               path.string() + ": " + error.message());
    }
    return CookieFile(std::move(path), std::move(password));
}

}  // namespace keel::serve
