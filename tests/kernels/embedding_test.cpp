#include <alrao/kernels/embedding.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/philox.hpp>

#include "guarded_matrix.hpp"
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace kernels_embedding_test {

using namespace alrao;

namespace {

/// Word numbers: some occur often, and the first and the last word occur.
template <class T>
std::vector<T> some_words(std::size_t rows, std::size_t words) {
    Philox random(Seed{rows}, 1);
    std::vector<T> word(rows);
    for (T& w : word) w = static_cast<T>(random.below(2) == 0 ? random.below(words) : words / 2);
    word.front() = T{0};
    word.back() = static_cast<T>(words - 1);
    return word;
}

}  // namespace

TEST_CASE_TEMPLATE("rows of a table are gathered, and their gradients are summed in order", T, float,
                   double) {
    for (const std::size_t words : {1U, 3U, 50U, 400U})
        for (const std::size_t width : {1U, 5U, 16U, 67U, 200U})
            for (const std::size_t rows : {1U, 2U, 37U, 700U}) {
                const std::vector<T> word = some_words<T>(rows, words);
                Philox random(Seed{rows + width}, 2);
                GuardedMatrix<T> table(words, width, 0), dy(rows, width, 3);
                table.fill([&] { return random.normal(); });
                dy.fill([&] { return random.normal(); });
                // The sums in the documented order.
                GuardedMatrix<T> wanted(words, width, 0);
                wanted.fill([] { return 0; });
                for (std::size_t r = 0; r < rows; ++r)
                    for (std::size_t c = 0; c < width; ++c)
                        wanted.at(static_cast<std::size_t>(word[r]), c) += dy.at(r, c);
                for (const int count : {1, 2, 3}) {
                    Threads threads(count);
                    GuardedMatrix<T> y(rows, width, 2), gradient(words, width, 0);
                    std::vector<T> magnitude(width, T{-1});
                    kernels::gather_rows<OwnTiles<>, T>({rows, width}, {word.data(), 1}, table.constant(),
                                                        y.matrix(), threads);
                    kernels::scatter_rows<OwnTiles<>, T>({rows, width}, words, {word.data(), 1},
                                                         dy.constant(), gradient.matrix(), magnitude.data(),
                                                         threads);
                    std::size_t wrong = 0;
                    for (std::size_t r = 0; r < rows; ++r)
                        for (std::size_t c = 0; c < width; ++c)
                            wrong += y.at(r, c) != table.at(static_cast<std::size_t>(word[r]), c);
                    CHECK(wrong == 0);
                    CHECK(y.guards_intact());
                    CHECK(gradient.memory == wanted.memory);
                    for (std::size_t c = 0; c < width; ++c) {
                        T most{0};
                        for (std::size_t w = 0; w < words; ++w)
                            most = std::max(most, std::abs(wanted.at(w, c)));
                        CHECK(magnitude[c] == most);
                    }
                }
            }
}

TEST_CASE("a gradient that is not finite appears in its column") {
    const std::vector<float> word{2, 0, 2};
    GuardedMatrix<float> dy(3, 2, 0), table(4, 2, 0);
    dy.fill([] { return 1; });
    dy.at(1, 1) = std::numeric_limits<float>::infinity();
    Threads threads(1);
    float magnitude[2];
    kernels::scatter_rows<OwnTiles<>, float>({3, 2}, 4, {word.data(), 1}, dy.constant(), table.matrix(),
                                             magnitude, threads);
    CHECK(magnitude[0] == 2);
    CHECK(std::isinf(magnitude[1]));
}

}  // namespace kernels_embedding_test
