#include <alrao/kernels/cblas.hpp>
#include <alrao/kernels/recurrence/detail/step_product.hpp>
#include <alrao/tensor/memory.hpp>
#include <alrao/tensor/philox.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

namespace kernels_recurrence_detail_step_product_test {

using namespace alrao;
using namespace alrao::kernels;

namespace {

template <class T>
std::vector<T> noise(std::size_t size, std::uint64_t seed) {
    Philox random(Seed{seed}, 0);
    std::vector<T> numbers(size);
    for (T& x : numbers) x = static_cast<T>(random.normal());
    return numbers;
}

/// All sums of a product [row][gate][unit], from the pieces that `run` passes on; each must be passed
/// once.
template <class Backend, class T>
std::vector<T> sums_of(std::size_t rows, const StepFactor<T>& factor, const StepLeft<T>& left, int count) {
    using Product = StepProduct<Backend, T>;
    const std::size_t units = factor.shape.units, gates = factor.shape.gates;
    Threads threads(count);
    AlignedBuffer<T> panels(Product::panel_elements(factor.shape)),
        workspace(Product::workspace(rows, factor.shape, count));
    for (auto* buffer : {&panels, &workspace})
        std::fill_n(buffer->data(), buffer->size(), std::numeric_limits<T>::quiet_NaN());
    const Product product(factor, panels.data(), workspace.data(), threads);
    std::vector<T> all(rows * gates * units);
    std::vector<int> seen(rows * units);
    for (int again = 0; again < 2; ++again)
        product.run(rows, left, [&](const StepSums<T>& sums) {
            for (std::size_t r = sums.rows.begin; r < sums.rows.end; ++r)
                for (std::size_t u = sums.units.begin; u < sums.units.end; ++u) {
                    ++seen[r * units + u];
                    for (std::size_t g = 0; g < gates; ++g)
                        all[(r * gates + g) * units + u] = sums.row(r, g)[u - sums.units.begin];
                }
        });
    CHECK(std::all_of(seen.begin(), seen.end(), [](int times) { return times == 2; }));
    return all;
}

template <class T>
void check(std::size_t rows, const StepShape& shape, bool turned, std::size_t second_k) {
    const std::size_t k = shape.k, units = shape.units, gates = shape.gates;
    const std::size_t columns = gates * units, first_k = k - second_k;
    const std::vector<T> b = noise<T>(k * columns, 1), first = noise<T>(rows * (first_k + 3), 2),
                         second = noise<T>(rows * (second_k + 1), 3);
    const StepFactor<T> factor{shape, {b.data(), turned ? k : columns}, turned};
    const StepLeft<T> left{{first.data(), first_k + 3}, first_k, {second.data(), second_k + 1}, second_k};
    const std::vector<T> own = sums_of<OwnTiles<>>(rows, factor, left, 1);
    double worst = 0;
    const auto compare = [&](const std::vector<T>& got) {
        worst = 0;
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t c = 0; c < columns; ++c) {
                double sum = 0, size = 0;
                for (std::size_t p = 0; p < k; ++p) {
                    const double a =
                        p < first_k ? first[r * (first_k + 3) + p] : second[r * (second_k + 1) + p - first_k];
                    const double term = a * (turned ? b[c * k + p] : b[p * columns + c]);
                    sum += term;
                    size += std::abs(term);
                }
                const double share = std::abs(got[r * columns + c] - sum) /
                                     (std::numeric_limits<T>::epsilon() * size * static_cast<double>(k + 1));
                if (!(share <= worst)) worst = share;
            }
        CHECK(worst <= 1);
    };
    CAPTURE(rows);
    CAPTURE(k);
    CAPTURE(units);
    CAPTURE(gates);
    compare(own);
    CHECK(own == sums_of<OwnTiles<>>(rows, factor, left, 2));
    CHECK(own == sums_of<OwnTiles<>>(rows, factor, left, 3));
    CHECK(own == sums_of<Exact<OwnTiles<>>>(rows, factor, left, 1));
    if constexpr (blas::available) compare(sums_of<Cblas<>>(rows, factor, left, 2));
}

}  // namespace

TEST_CASE_TEMPLATE("sums equal the definition and are passed on once, on any number of threads", T, float,
                   double) {
    for (const std::size_t rows : {1U, 2U, 5U, 20U, 49U, 61U, 100U})
        for (const std::size_t units : {1U, 7U, 16U, 37U, 96U}) {
            for (const std::size_t gates : {1U, 3U, 4U}) check<T>(rows, {units, units, gates}, false, 0);
            check<T>(rows, {4 * units, units, 1}, true, 0);
            check<T>(rows, {3 * units, units, 1}, true, units);
        }
}

TEST_CASE("the workspace does not decrease when rows are added") {
    using Product = StepProduct<OwnTiles<>, float>;
    const StepShape shape{100, 37, 4};
    for (std::size_t rows = 1; rows < 200; ++rows)
        CHECK(Product::workspace(rows, shape, 2) <= Product::workspace(rows + 1, shape, 2));
}

TEST_CASE("the ranges of the threads are nearly equal and cover everything") {
    for (const std::size_t n : {1U, 16U, 200U, 650U, 1000U})
        for (const int parts : {1, 2, 3, 7}) {
            std::size_t at = 0;
            for (int part = 0; part < parts; ++part) {
                const Range range = kernels::detail::balanced_range(n, parts, part, 16);
                CHECK(range.begin == at);
                CHECK((range.begin % 16 == 0 || range.empty()));
                CHECK(range.size() <= n / static_cast<std::size_t>(parts) + 16);
                at = range.end;
            }
            CHECK(at == n);
        }
    CHECK(kernels::detail::balanced_range(200, 2, 0, 16) == Range{0, 96});
}

}  // namespace kernels_recurrence_detail_step_product_test
