// Thread roles as Clang capabilities: under clang, calling a function of a role from elsewhere is a compile error.
//
// An object owned by one thread marks its entry points KEEL_REQUIRES(validation_role); the thread's main function holds
// a RoleHolder for as long as it runs. Under other compilers everything here is empty.
#pragma once

#if defined(__clang__)
#define KEEL_ATTRIBUTE(x) __attribute__((x))
#else
#define KEEL_ATTRIBUTE(x)
#endif

#define KEEL_REQUIRES(...) KEEL_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define KEEL_GUARDED_BY(x) KEEL_ATTRIBUTE(guarded_by(x))

namespace keel {

class KEEL_ATTRIBUTE(capability("role")) ThreadRole {};

// Written as words, since they are read in annotations: KEEL_REQUIRES(p2p_role).
// NOLINTBEGIN(readability-identifier-naming)
inline constexpr ThreadRole validation_role;
inline constexpr ThreadRole p2p_role;
inline constexpr ThreadRole net_role;
// NOLINTEND(readability-identifier-naming)

class KEEL_ATTRIBUTE(scoped_lockable) RoleHolder {
public:
    explicit RoleHolder([[maybe_unused]] const ThreadRole& role) KEEL_ATTRIBUTE(acquire_capability(role)) {}
    ~RoleHolder() KEEL_ATTRIBUTE(release_capability()) {}
    RoleHolder(const RoleHolder&) = delete;
    RoleHolder& operator=(const RoleHolder&) = delete;
};

}  // namespace keel
