#include <alrao/kernels/head/mixture.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace kernels_head_mixture_test {

using namespace alrao;
using kernels::MixtureWorkspace;

TEST_CASE("the parts of the workspace do not overlap and fill its size") {
    for (const std::size_t copies : {1U, 7U, 8U, 10U, 100U}) {
        for (const std::size_t batch : {1U, 16U, 17U, 300U}) {
            std::vector<double> memory(MixtureWorkspace::size(batch, copies), 0.0);
            const MixtureWorkspace space(memory.data(), copies);
            const std::size_t padded = kernels::padded_copies(copies);
            REQUIRE(padded >= copies);
            REQUIRE(padded % 8 == 0);
            const auto fill = [](double* at, std::size_t count) {
                for (std::size_t i = 0; i < count; ++i) at[i] += 1;
            };
            for (double* at : {space.log_weight(), space.weight(), space.finite()}) fill(at, padded);
            for (std::size_t p = 0; p < kernels::sample_pieces(batch); ++p) {
                const auto piece = space.piece(p);
                for (double* at :
                     {piece.log_likelihood, piece.evidence, piece.normalizer, piece.share, piece.present}) {
                    fill(at, padded);
                }
                fill(piece.sums, 8);
            }
            for (const double times : memory) REQUIRE(times == 1);
        }
    }
}

TEST_CASE("responsibilities are the shares of a sum of exponentials") {
    for (const std::size_t copies : {1U, 2U, 9U}) {
        std::vector<double> memory(MixtureWorkspace::size(1, copies), 0.0);
        const auto piece = MixtureWorkspace(memory.data(), copies).piece(0);
        for (std::size_t j = 0; j < kernels::padded_copies(copies); ++j) {
            piece.evidence[j] = j < copies ? -5000.0 - static_cast<double>(j) : kernels::log_of_nothing;
        }
        double sum = 0;
        for (std::size_t j = 0; j < copies; ++j) sum += std::exp(-static_cast<double>(j));
        CHECK(kernels::detail::responsibilities<DefaultArch>(piece, copies) ==
              doctest::Approx(-5000 + std::log(sum)).epsilon(1e-14));
        double total = 0;
        for (std::size_t j = 0; j < copies; ++j) {
            CHECK(piece.share[j] == doctest::Approx(std::exp(-static_cast<double>(j)) / sum).epsilon(1e-14));
            total += piece.share[j];
        }
        CHECK(total == doctest::Approx(1).epsilon(1e-15));
        if (copies == 1) CHECK(piece.share[0] == 1.0);
    }
}

TEST_CASE("without any copy the logarithm is minus infinity and all responsibilities are 0") {
    std::vector<double> memory(MixtureWorkspace::size(1, 3), 0.0);
    const auto piece = MixtureWorkspace(memory.data(), 3).piece(0);
    std::fill_n(piece.evidence, kernels::padded_copies(3), 2 * kernels::log_of_nothing);
    CHECK(kernels::detail::responsibilities<DefaultArch>(piece, 3) ==
          -std::numeric_limits<double>::infinity());
    for (std::size_t j = 0; j < 3; ++j) CHECK(piece.share[j] == 0);
}

}  // namespace kernels_head_mixture_test
