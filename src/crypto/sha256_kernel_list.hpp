// The kernels compiled into this program; sha256.cpp asks the CPU which of them it can run.
#pragma once

#include "crypto/sha256_kernels.hpp"

namespace keel::crypto {

extern const Sha256Kernel kSha256Portable;
#if defined(__x86_64__)
extern const Sha256Kernel kSha256Avx2;
extern const Sha256Kernel kSha256ShaNi;
#endif

}  // namespace keel::crypto
