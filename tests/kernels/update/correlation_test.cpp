#include <alrao/kernels/update/correlation.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/philox.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

namespace kernels_update_correlation_test {

using namespace alrao;
using kernels::BlockSubset;

namespace {

std::vector<std::size_t> numbers_of(const BlockSubset& subset) {
    std::vector<std::size_t> all;
    for (std::size_t k = 0; k < subset.blocks(); ++k)
        for (std::size_t i = 0; i < subset.count(k); ++i) all.push_back(subset.first(k) + i);
    return all;
}

template <class T>
std::vector<T> random_numbers(std::size_t count, std::uint64_t stream) {
    Philox random(Seed{3}, stream);
    std::vector<T> numbers(count);
    for (T& x : numbers) x = static_cast<T>(random.normal());
    return numbers;
}

}  // namespace

TEST_CASE("a subset has one block of each group; with every = 1 it has all numbers, in order") {
    for (const std::size_t elements : {1U, 15U, 16U, 17U, 100U, 1000U, 4097U}) {
        CAPTURE(elements);
        const std::vector<std::size_t> all = numbers_of({elements, 1});
        REQUIRE(all.size() == elements);
        for (std::size_t i = 0; i < elements; ++i) CHECK(all[i] == i);
        for (const std::size_t every : {2U, 3U, 8U, 1000U}) {
            CAPTURE(every);
            const BlockSubset subset{elements, every};
            CHECK(subset.size() == 16 * subset.blocks());
            CHECK(subset.blocks() == (subset.all_blocks() + every - 1) / every);
            for (std::size_t k = 0; k < subset.blocks(); ++k) {
                CHECK(subset.first(k) / 16 / every == k);
                CHECK(subset.first(k) < elements);
                CHECK(subset.count(k) >= 1);
            }
        }
    }
}

TEST_CASE("a subset prefers no column of a matrix") {
    std::vector<std::size_t> seen(16);  // of 16 blocks per row
    for (const std::size_t number : numbers_of({256 * 256, 8})) ++seen[number % 256 / 16];
    for (const std::size_t count : seen) {
        CHECK(count >= 16 * 20);  // mean: 16 * 32
        CHECK(count <= 16 * 45);
    }
}

TEST_CASE_TEMPLATE("correlate: sums and new values of the formula, with the same bits on 1, 2 and 3 threads",
                   T, float, double) {
    for (const std::size_t elements : {1U, 16U, 23U, 1000U, 70001U})
        for (const std::size_t every : {1U, 8U}) {
            CAPTURE(elements);
            CAPTURE(every);
            const BlockSubset subset{elements, every};
            const auto g = random_numbers<T>(elements, 1), w = random_numbers<T>(elements, 2);
            const auto first = random_numbers<T>(elements, 3), sums = random_numbers<T>(elements, 4);
            std::vector<T> start(subset.size()), before(subset.size());
            kernels::copy_subset(subset, first.data(), start.data());
            kernels::copy_subset(subset, sums.data(), before.data());
            double product = 0, magnitude = 0;
            std::vector<double> wanted;
            for (const std::size_t i : numbers_of(subset)) {
                product +=
                    static_cast<double>(g[i]) * (static_cast<double>(first[i]) - static_cast<double>(w[i]));
                wanted.push_back(0.75 * static_cast<double>(sums[i]) + 0.5 * static_cast<double>(g[i]));
                magnitude += std::abs(wanted.back());
            }
            std::vector<double> workspace(kernels::correlate_workspace(subset));
            std::vector<T> one(subset.size());
            std::array<double, 2> of_one{};
            for (const int count : {1, 2, 3}) {
                Threads threads(count);
                std::vector<T> after(subset.size(), T{7});
                const auto found = kernels::correlate<OwnTiles<>, T>(subset, g.data(), w.data(), start.data(),
                                                                     before.data(), after.data(), T(0.75),
                                                                     T(0.5), workspace.data(), threads);
                const double tolerance = sizeof(T) == 4 ? 1e-5 : 1e-13;
                CHECK(std::abs(found[0] - product) <= tolerance * magnitude);
                CHECK(std::abs(found[1] - magnitude) <= tolerance * magnitude);
                std::size_t at = 0;
                for (std::size_t k = 0; k < subset.blocks(); ++k)
                    for (std::size_t i = 0; i < subset.count(k); ++i)
                        CHECK(static_cast<double>(after[16 * k + i]) ==
                              doctest::Approx(wanted[at++]).epsilon(tolerance));
                if (count == 1) one = after, of_one = found;
                CHECK(found == of_one);
                for (std::size_t k = 0; k < subset.blocks(); ++k)
                    CHECK(std::equal(one.begin() + static_cast<std::ptrdiff_t>(16 * k),
                                     one.begin() + static_cast<std::ptrdiff_t>(16 * k + subset.count(k)),
                                     after.begin() + static_cast<std::ptrdiff_t>(16 * k)));
            }
        }
}

}  // namespace kernels_update_correlation_test
