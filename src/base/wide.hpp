// 128-bit integers, for products of 64-bit numbers.
#pragma once

namespace keel {

__extension__ using Wide = unsigned __int128;
__extension__ using SignedWide = __int128;

}  // namespace keel
