#pragma once

#include <alrao/tensor/simd.hpp>

#include <string_view>
#include <type_traits>

namespace alrao {

namespace blas {

/// Whether products can go to BLAS. `ALRAO_WITHOUT_BLAS` says no, `ALRAO_KERNELS_BLAS` yes; without
/// either, a BLAS is taken to be there where its header <cblas.h> is found. The header is not
/// included (see tensor/blas.hpp); the program then has to link the library.
#if defined(ALRAO_WITHOUT_BLAS)
inline constexpr bool available = false;
#elif defined(ALRAO_KERNELS_BLAS) || __has_include(<cblas.h>)
inline constexpr bool available = true;
#else
inline constexpr bool available = false;
#endif

}  // namespace blas

/// Matrix products by the library's own register tiles, for the instruction set `Arch`.
template <class Arch = DefaultArch>
struct OwnTiles {
    using arch = Arch;
    static constexpr std::string_view name = "own tiles";
};

/// Matrix products by CBLAS, which chooses its kernel when the program runs; all else for `Arch`.
template <class Arch = DefaultArch>
struct Cblas {
    using arch = Arch;
    static constexpr std::string_view name = "CBLAS";
};

/// As `Backend`, with convolutions as sums of products alone: without the transforms (Winograd) that
/// save multiplications and lose some digits to cancellation.
template <class Backend>
struct Exact : Backend {};

template <class Backend>
inline constexpr bool is_exact = false;
template <class Backend>
inline constexpr bool is_exact<Exact<Backend>> = true;

#if defined(ALRAO_KERNELS_BLAS) && defined(ALRAO_WITHOUT_BLAS)
#error "alrao: ALRAO_KERNELS_BLAS asks for products by BLAS, ALRAO_WITHOUT_BLAS for none"
#endif

/// Own tiles where the flags know a fused multiply-add (they then lead OpenBLAS), else CBLAS where
/// there is one (own tiles in SSE2 reach a third of it), else own tiles. `ALRAO_KERNELS_BLAS` asks
/// for CBLAS, `ALRAO_KERNELS_OWN` for own tiles.
#if defined(ALRAO_KERNELS_BLAS)
using DefaultBackend = Cblas<>;
#elif defined(ALRAO_KERNELS_OWN)
using DefaultBackend = OwnTiles<>;
#else
using DefaultBackend = std::conditional_t<has_fma<DefaultArch> || !blas::available, OwnTiles<>, Cblas<>>;
#endif

/// What a program was built from; every printed figure names it.
struct BuildInfo {
    std::string_view version, instruction_set, compiler, backend;
};

/// The build of the translation unit that asks.
template <class Backend = DefaultBackend>
[[nodiscard]] constexpr BuildInfo build_info() {
    return {
        .version = "0.2.0", .instruction_set = Backend::arch::name(),
#if defined(__clang__)
        .compiler = __VERSION__,
#else
        .compiler = "GCC " __VERSION__,
#endif
        .backend = Backend::name
    };
}

}  // namespace alrao
