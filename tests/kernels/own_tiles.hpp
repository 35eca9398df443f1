#pragma once

#include <alrao/tensor/backend.hpp>

#include <type_traits>

/// f(std::type_identity of a back end): own tiles for the flags, and for the least machine where
/// those are others.
template <class F>
void on_own_tiles(F&& f) {
    using alrao::OwnTiles;
    f(std::type_identity<OwnTiles<>>{});
    if constexpr (!std::is_same_v<OwnTiles<>, OwnTiles<xsimd::sse2>>)
        f(std::type_identity<OwnTiles<xsimd::sse2>>{});
}
