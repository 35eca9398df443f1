#pragma once

#include <alrao/tensor/simd.hpp>

#include <string_view>
#include <type_traits>

namespace alrao {

namespace blas {

/// Whether matrix products can use BLAS: false with the macro `ALRAO_WITHOUT_BLAS`, true with
/// `ALRAO_KERNELS_BLAS`, else true if the header <cblas.h> exists. The header is not included (see
/// tensor/blas.hpp). A program whose products use BLAS must be linked with it.
#if defined(ALRAO_WITHOUT_BLAS)
inline constexpr bool available = false;
#elif defined(ALRAO_KERNELS_BLAS) || __has_include(<cblas.h>)
inline constexpr bool available = true;
#else
inline constexpr bool available = false;
#endif

}  // namespace blas

/// Back end that computes matrix products with the library's own kernels, compiled for the instruction
/// set `Arch`.
template <class Arch = DefaultArch>
struct OwnTiles {
    using arch = Arch;
    static constexpr std::string_view name = "own tiles";
};

/// Back end that computes matrix products with CBLAS, which selects its kernels at run time. All other
/// kernels are compiled for `Arch`.
template <class Arch = DefaultArch>
struct Cblas {
    using arch = Arch;
    static constexpr std::string_view name = "CBLAS";
};

/// The same as `Backend`, but convolutions do not use Winograd transforms, which need fewer
/// multiplications but lose some digits to cancellation.
template <class Backend>
struct Exact : Backend {};

/// Whether a back end is an Exact<...>.
template <class Backend>
inline constexpr bool is_exact = false;
template <class Backend>
inline constexpr bool is_exact<Exact<Backend>> = true;

#if defined(ALRAO_KERNELS_BLAS) && defined(ALRAO_WITHOUT_BLAS)
#error "alrao: ALRAO_KERNELS_BLAS and ALRAO_WITHOUT_BLAS exclude each other"
#endif

/// The default back end: OwnTiles if the compiler flags allow FMA (they are then faster than OpenBLAS),
/// else Cblas if it is available (with SSE2, OwnTiles reach a third of its speed), else OwnTiles. The
/// macros `ALRAO_KERNELS_BLAS` and `ALRAO_KERNELS_OWN` choose Cblas or OwnTiles.
#if defined(ALRAO_KERNELS_BLAS)
using DefaultBackend = Cblas<>;
#elif defined(ALRAO_KERNELS_OWN)
using DefaultBackend = OwnTiles<>;
#else
using DefaultBackend = std::conditional_t<has_fma<DefaultArch> || !blas::available, OwnTiles<>, Cblas<>>;
#endif

/// How a translation unit was compiled: version of the library, instruction set, compiler, back end.
/// Benchmarks print it beside their results.
struct BuildInfo {
    std::string_view version, instruction_set, compiler, backend;
};

/// The BuildInfo of the calling translation unit.
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
