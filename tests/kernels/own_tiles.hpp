#pragma once

#include <alrao/tensor/backend.hpp>

#include <type_traits>

/// Calls f(std::type_identity of a back end) for the register tiles of the machine that the compiler
/// flags select, and for those with registers of half the width: AVX2 if the flags allow AVX-512, SSE2 if
/// they allow AVX2.
template <class F>
void on_own_tiles(F&& f) {
    using alrao::OwnTiles;
    f(std::type_identity<OwnTiles<>>{});
    if constexpr (alrao::register_width<float, alrao::DefaultArch> == 16)
        f(std::type_identity<OwnTiles<xsimd::fma3<xsimd::avx2>>>{});
    else if constexpr (!std::is_same_v<OwnTiles<>, OwnTiles<xsimd::sse2>>)
        f(std::type_identity<OwnTiles<xsimd::sse2>>{});
}
