// Compares a product of a network with that of another library in the same program. COMPANION chooses the library;
// with REVERSED its headers are included first. The exit status is the result.
#if !defined(REVERSED)
#include <alrao/alrao.hpp>
#endif
#if COMPANION == 1
#include <xtensor-blas/xlinalg.hpp>
#elif COMPANION == 2
#include <gsl/gsl_blas.h>
#include <gsl/gsl_cblas.h>
#elif COMPANION == 3
#include <Eigen/Dense>
#elif COMPANION == 4
#include <cblas.h>
#endif
#if defined(REVERSED)
#include <alrao/alrao.hpp>
#endif

#include <array>
#include <cmath>
#include <cstddef>

using namespace alrao;

namespace {

constexpr std::size_t m = 7, k = 5, n = 3;
using Left = std::array<float, m * k>;
using Right = std::array<float, k * n>;
using Product = std::array<float, m * n>;

struct Net : Model<Input<k>, Dense<n, NoBias>> {
    using Model::Model;
};

/// The other library's product of row-major arrays.
Product theirs(Left left, Right right) {
    Product product{};
#if COMPANION == 1
    const auto a = view<2>(left.data(), {m, k});
    const auto b = view<2>(right.data(), {k, n});
    view<2>(product.data(), {m, n}) = xt::linalg::dot(a, b);
#elif COMPANION == 2
    const auto a = gsl_matrix_float_view_array(left.data(), m, k);
    const auto b = gsl_matrix_float_view_array(right.data(), k, n);
    auto c = gsl_matrix_float_view_array(product.data(), m, n);
    gsl_blas_sgemm(CblasNoTrans, CblasNoTrans, 1, &a.matrix, &b.matrix, 0, &c.matrix);
#elif COMPANION == 3
    using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    Eigen::Map<Matrix>(product.data(), m, n) =
        Eigen::Map<const Matrix>(left.data(), m, k) * Eigen::Map<const Matrix>(right.data(), k, n);
#elif COMPANION == 4
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1, left.data(), k, right.data(), n, 0,
                product.data(), n);
#endif
    return product;
}

bool agree(const Product& a, const Product& b) {
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!(std::abs(a[i] - b[i]) < 1e-5F)) return false;
    return true;
}

template <class Backend>
Product ours(const Net& net, const Left& left) {
    Product product{};
    predict<Backend>(net, std::span<const float>(left), std::span<float>(product));
    return product;
}

}  // namespace

int main() {
    const Net net{Seed{1}};
    Left left{};
    Right right{};
    for (std::size_t i = 0; i < left.size(); ++i) left[i] = static_cast<float>(i % 11) - 4.5F;
    const auto weight = array_view<2>(net, "0.weight");
    for (std::size_t row = 0; row < k; ++row)
        for (std::size_t column = 0; column < n; ++column) right[row * n + column] = weight(row, column);
    const Product expected = theirs(left, right);
    return agree(expected, ours<Cblas<>>(net, left)) && agree(expected, ours<OwnTiles<>>(net, left)) ? 0 : 1;
}
