#include <alrao/tensor/backend.hpp>

#include <doctest/doctest.h>

#include <type_traits>

using namespace alrao;

static_assert(std::is_same_v<OwnTiles<>::arch, DefaultArch>);
static_assert(std::is_same_v<Cblas<>::arch, DefaultArch>);
static_assert(is_exact<Exact<OwnTiles<>>> && !is_exact<OwnTiles<>>);
static_assert(std::is_same_v<Exact<Cblas<>>::arch, DefaultArch>);
static_assert(blas::available || std::is_same_v<DefaultBackend, OwnTiles<>>);
#if !defined(ALRAO_KERNELS_BLAS) && !defined(ALRAO_KERNELS_OWN)
static_assert(std::is_same_v<DefaultBackend, OwnTiles<>> == (has_fma<DefaultArch> || !blas::available));
static_assert(std::is_same_v<DefaultBackend, Cblas<>> == (!has_fma<DefaultArch> && blas::available));
#endif

TEST_CASE("build_info has all its texts") {
    constexpr BuildInfo info = build_info();
    CHECK_FALSE(info.version.empty());
    CHECK(info.instruction_set == DefaultArch::name());
    CHECK_FALSE(info.compiler.empty());
    CHECK(info.backend == DefaultBackend::name);
    CHECK(build_info<OwnTiles<>>().backend != build_info<Cblas<>>().backend);
}
