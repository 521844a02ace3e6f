#include "crypto/fschacha.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/assert.hpp"
#include "base/endian.hpp"

namespace keel::crypto {

// An OpenSSL context; wiped when destroyed. Its functions fail only when memory runs out or a parameter is wrong, which
// are both the end of the program.
class CipherContext {
public:
    CipherContext(const EVP_CIPHER* cipher, const CipherKey& key, bool encrypt) : context_(EVP_CIPHER_CTX_new()) {
        KEEL_ASSERT(context_ != nullptr);
        KEEL_ASSERT(EVP_CipherInit_ex(context_, cipher, nullptr, raw(key.data()), nullptr, encrypt ? 1 : 0) == 1);
    }
    CipherContext(const CipherContext&) = delete;
    CipherContext& operator=(const CipherContext&) = delete;
    ~CipherContext() { EVP_CIPHER_CTX_free(context_); }

    void set_key(const CipherKey& key) {
        KEEL_ASSERT(EVP_CipherInit_ex(context_, nullptr, nullptr, raw(key.data()), nullptr, -1) == 1);
    }
    void set_nonce(ByteSpan nonce) {
        KEEL_ASSERT(EVP_CipherInit_ex(context_, nullptr, nullptr, nullptr, raw(nonce.data()), -1) == 1);
    }
    void authenticate(ByteSpan aad) {
        int written = 0;
        KEEL_ASSERT(EVP_CipherUpdate(context_, nullptr, &written, raw(aad.data()), static_cast<int>(aad.size())) == 1);
    }
    void crypt(ByteSpan in, MutableByteSpan out) {
        KEEL_ASSERT(in.size() <= out.size());
        int written = 0;
        KEEL_ASSERT(
            EVP_CipherUpdate(context_, raw(out.data()), &written, raw(in.data()), static_cast<int>(in.size())) == 1);
        KEEL_ASSERT(static_cast<std::size_t>(written) == in.size());
    }
    void tag(MutableByteSpan out) {
        unsigned char none = 0;
        int written = 0;
        KEEL_ASSERT(EVP_CipherFinal_ex(context_, &none, &written) == 1);
        KEEL_ASSERT(EVP_CIPHER_CTX_ctrl(context_, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(out.size()), out.data()) ==
                    1);
    }
    bool check(FsChaCha20Poly1305::Tag tag) {
        KEEL_ASSERT(EVP_CIPHER_CTX_ctrl(context_, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag.size()), tag.data()) ==
                    1);
        unsigned char none = 0;
        int written = 0;
        return EVP_CipherFinal_ex(context_, &none, &written) == 1;
    }

private:
    static const unsigned char* raw(const std::byte* bytes) { return reinterpret_cast<const unsigned char*>(bytes); }
    static unsigned char* raw(std::byte* bytes) { return reinterpret_cast<unsigned char*>(bytes); }

    EVP_CIPHER_CTX* context_;
};

FsChaCha20::FsChaCha20(const CipherKey& key, std::uint32_t uses_per_key)
    : context_(std::make_unique<CipherContext>(EVP_chacha20(), key, true)), uses_per_key_(uses_per_key) {
    start(key);
}
FsChaCha20::FsChaCha20(FsChaCha20&&) noexcept = default;
FsChaCha20& FsChaCha20::operator=(FsChaCha20&&) noexcept = default;
FsChaCha20::~FsChaCha20() = default;

void FsChaCha20::start(const CipherKey& key) {
    // OpenSSL's nonce: the block counter, then the 96 bits of RFC 8439.
    std::array<std::byte, 16> nonce{};
    store_le(nonce.data() + 8, key_number_);
    context_->set_key(key);
    context_->set_nonce(nonce);
}

void FsChaCha20::crypt(ByteSpan in, MutableByteSpan out) {
    context_->crypt(in, out);
    if (++uses_ < uses_per_key_) return;
    uses_ = 0;
    ++key_number_;
    CipherKey next{};
    context_->crypt(next, next);
    start(next);
    OPENSSL_cleanse(next.data(), next.size());
}

FsChaCha20Poly1305::FsChaCha20Poly1305(const CipherKey& key, Direction direction, std::uint32_t uses_per_key)
    : context_(std::make_unique<CipherContext>(EVP_chacha20_poly1305(), key, direction == Direction::encrypt)),
      key_(key),
      direction_(direction),
      uses_per_key_(uses_per_key) {}
FsChaCha20Poly1305::FsChaCha20Poly1305(FsChaCha20Poly1305&&) noexcept = default;
FsChaCha20Poly1305& FsChaCha20Poly1305::operator=(FsChaCha20Poly1305&&) noexcept = default;
FsChaCha20Poly1305::~FsChaCha20Poly1305() { OPENSSL_cleanse(key_.data(), key_.size()); }

void FsChaCha20Poly1305::start(std::uint32_t packet) {
    std::array<std::byte, 12> nonce;
    store_le(nonce.data(), packet);
    store_le(nonce.data() + 4, key_number_);
    context_->set_nonce(nonce);
}

void FsChaCha20Poly1305::begin(ByteSpan aad) {
    start(uses_);
    if (!aad.empty()) context_->authenticate(aad);
}

void FsChaCha20Poly1305::update(ByteSpan in, MutableByteSpan out) {
    if (!in.empty()) context_->crypt(in, out);
}

FsChaCha20Poly1305::Tag FsChaCha20Poly1305::seal() {
    KEEL_ASSERT(direction_ == Direction::encrypt);
    Tag out;
    context_->tag(out);
    count_use();
    return out;
}

bool FsChaCha20Poly1305::check(const Tag& tag) {
    KEEL_ASSERT(direction_ == Direction::decrypt);
    const bool authentic = context_->check(tag);
    count_use();
    return authentic;
}

void FsChaCha20Poly1305::count_use() {
    if (++uses_ < uses_per_key_) return;
    uses_ = 0;
    // The next key is an encryption of zeroes under a packet number that no packet has.
    CipherContext deriving(EVP_chacha20_poly1305(), key_, true);
    std::array<std::byte, 12> nonce;
    store_le(nonce.data(), ~std::uint32_t{0});
    store_le(nonce.data() + 4, key_number_);
    deriving.set_nonce(nonce);
    key_.fill(std::byte{0});
    deriving.crypt(key_, key_);
    context_->set_key(key_);
    ++key_number_;
}

}  // namespace keel::crypto
