#include <alrao/kernels/convolution/convolution.hpp>
#include <alrao/kernels/normalization/row_pieces.hpp>
#include <alrao/tensor/backend.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <vector>

namespace kernels_normalization_row_pieces_test {

using namespace alrao;

namespace {

template <class T>
std::vector<T> waves(std::size_t count) {
    std::vector<T> numbers;
    for (std::size_t i = 0; i < count; ++i)
        numbers.push_back(static_cast<T>(std::sin(static_cast<double>(i * i % 2003))));
    return numbers;
}

/// Memory for the means and squares of pieces; NaN until they are computed.
template <class T>
struct Pieces {
    std::vector<T> sums;
    std::vector<unsigned char> taken;
    kernels::RowPieces<T> pieces;

    Pieces(kernels::Rows extent, kernels::Matrix<const T> x)
        : sums(kernels::RowPieces<T>::elements(extent), std::numeric_limits<T>::quiet_NaN()),
          taken(kernels::piece_count(extent.rows)),
          pieces(kernels::row_pieces<OwnTiles<>, T>(extent, x, sums.data(), taken.data())) {}
    [[nodiscard]] std::size_t count() const {
        return std::accumulate(taken.begin(), taken.end(), std::size_t{0});
    }
    /// All pieces, computed by take_rest only.
    [[nodiscard]] std::vector<T> at_once() const {
        Pieces rest(pieces.extent, pieces.x);
        Threads one(1);
        kernels::take_rest<OwnTiles<>>(rest.pieces, one);
        return rest.sums;
    }
};

/// Runs a convolution that may compute pieces, and returns how many it computed. These and the rest must
/// have the same bits as when take_rest computes all.
template <class T>
std::size_t pieces_taken(std::size_t batch, std::size_t height, std::size_t width, std::size_t in,
                         std::size_t out, const Window& window, int count) {
    const auto shape = kernels::convolution_shape(batch, height, width, in, out, window);
    const std::size_t stride = out + 3, rows = shape.out_pixels();
    const std::vector<T> x = waves<T>(shape.pixels() * in), weight = waves<T>(shape.weights());
    std::vector<T> y(rows * stride);
    std::vector<T> workspace(kernels::convolution_workspace<OwnTiles<>, T>(shape, count));
    Threads threads(count);
    Pieces<T> some({rows, out}, {y.data(), stride});
    kernels::Epilogue<T> epilogue;
    epilogue.pieces = &some.pieces;
    kernels::convolution_forward<OwnTiles<>, T>(shape, {x.data(), in}, weight.data(), {y.data(), stride},
                                                epilogue, workspace.data(), threads);
    const std::size_t before = some.count();
    kernels::take_rest<OwnTiles<>>(some.pieces, threads);
    REQUIRE(some.sums == some.at_once());
    return before;
}

}  // namespace

TEST_CASE_TEMPLATE("a writer computes the pieces that it writes completely, with the same bits", T, float,
                   double) {
    const std::size_t rows = 1000, columns = 70, stride = 73;
    const std::vector<T> x = waves<T>(rows * stride);
    Pieces<T> pieces({rows, columns}, {x.data(), stride});
    using Follower = kernels::detail::PieceFollower<OwnTiles<>::arch, T>;
    Follower first(&pieces.pieces, x.data(), columns),
        second(&pieces.pieces, x.data() + 300 * stride, columns);
    second.reach(83);  // 300 to 383: no complete piece
    CHECK(pieces.count() == 0);
    second.reach(84);
    CHECK(pieces.count() == 0);  // piece 2 starts at 256
    second.reach(200);
    CHECK(pieces.count() == 0);
    second.reach(212);
    CHECK(pieces.taken == std::vector<unsigned char>{0, 0, 0, 1, 0, 0, 0, 0});
    second.reach(700);  // to the end, including the shorter last piece
    CHECK(pieces.taken == std::vector<unsigned char>{0, 0, 0, 1, 1, 1, 1, 1});
    first.reach(127);
    first.reach(300);
    CHECK(pieces.taken == std::vector<unsigned char>{1, 1, 0, 1, 1, 1, 1, 1});
    Threads threads(2);
    kernels::take_rest<OwnTiles<>>(pieces.pieces, threads);
    CHECK(pieces.sums == pieces.at_once());
}

TEST_CASE("a writer of some columns computes no pieces, nor does one without `taken`") {
    const std::vector<float> x = waves<float>(300 * 8);
    Pieces<float> pieces({300, 8}, {x.data(), 8});
    kernels::detail::PieceFollower<OwnTiles<>::arch, float>(&pieces.pieces, x.data(), 7).reach(300);
    CHECK(pieces.count() == 0);
    pieces.pieces.taken = nullptr;
    kernels::detail::PieceFollower<OwnTiles<>::arch, float>(&pieces.pieces, x.data(), 8).reach(300);
    kernels::detail::PieceFollower<OwnTiles<>::arch, float>(nullptr, x.data(), 8).reach(300);
}

TEST_CASE_TEMPLATE("convolutions compute the pieces of their outputs", T, float, double) {
    const Window pointwise = window_of<Kernel<1>>(), square = window_of<Kernel<3>, Padding<1>>();
    for (const int threads : {1, 2, 3}) {
        CAPTURE(threads);
        // A piece whose rows are written by two threads is left to take_rest.
        const auto split = static_cast<std::size_t>(threads - 1);
        CHECK(pieces_taken<T>(5, 16, 16, 24, 40, pointwise, threads) >= 10 - split);   // few panels
        CHECK(pieces_taken<T>(5, 16, 16, 600, 20, pointwise, threads) >= 10 - split);  // several blocks of k
        CHECK(pieces_taken<T>(3, 15, 17, 33, 33, window_of<Kernel<3>, Padding<1>, Groups<33>>(),
                              threads) >= 6 - split);  // depthwise
        CHECK(pieces_taken<T>(3, 15, 17, 33, 33, window_of<Kernel<5>, Padding<2>, Groups<33>>(), threads) >=
              6 - split);
        CHECK(pieces_taken<T>(5, 16, 16, 16, 32, window_of<Kernel<3>, Padding<1>, Groups<8>>(),
                              threads) >= 10 - 5 * split);  // thin groups
        if (threads < 3)
            CHECK(pieces_taken<T>(9, 18, 17, 16, 24, square, threads) >= 22 - 2 * split);  // Winograd
        pieces_taken<T>(2, 16, 16, 24, 300, pointwise, threads);
        pieces_taken<T>(2, 16, 16, 3, 20, square, threads);  // by runs of cells
        pieces_taken<T>(3, 9, 9, 12, 12, window_of<Kernel<3>, Padding<1>, Stride<2>>(), threads);
        pieces_taken<T>(2, 4, 4, 32, 48, square, threads);
    }
    CHECK(pieces_taken<T>(2, 16, 16, 24, 300, pointwise, 1) == 4);  // many panels
}

}  // namespace kernels_normalization_row_pieces_test
