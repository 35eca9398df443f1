#pragma once

#include <alrao/tensor/backend.hpp>

#include <type_traits>

/// f(std::type_identity of a back end): own tiles for the flags, and of half the width: AVX2's where flags allow
/// AVX-512, SSE2's (which builds without flags have anyway) where they allow AVX2.
template <class F>
void on_own_tiles(F&& f) {
    using alrao::OwnTiles;
    f(std::type_identity<OwnTiles<>>{});
    if constexpr (alrao::register_width<float, alrao::DefaultArch> == 16)
        f(std::type_identity<OwnTiles<xsimd::fma3<xsimd::avx2>>>{});
    else if constexpr (!std::is_same_v<OwnTiles<>, OwnTiles<xsimd::sse2>>)
        f(std::type_identity<OwnTiles<xsimd::sse2>>{});
}
