#pragma once

#include <alrao/kernels/matrix.hpp>
#include <alrao/tensor/threads.hpp>

#include <cstddef>

namespace alrao::kernels {

/// The function that the epilogue of a product applies to each element before it is stored.
enum class Activation : unsigned char { none, relu };

template <class T>
struct RowPieces;

/// The operations that are applied to a product P[m, n] before it is stored in C, in this order: with
/// `accumulate`, the sum starts from the old C instead of 0 (without it, the old C is not read); the bias
/// is added; the magnitude is computed; the activation is applied.
template <class T>
struct Epilogue {
    const T* bias = nullptr;  ///< [n], added to every row; may be null
    Activation activation = Activation::none;
    /// [n], output: max over rows of |value before the activation|; not finite if any value of the column
    /// is not finite; 0 if m = 0. Not computed if null.
    T* magnitude = nullptr;
    bool accumulate = false;
    /// [m, n] with the row stride of C: memory that is used right after the product. It is prefetched while
    /// the sums are computed. May be null.
    const T* read_next = nullptr;
    /// Column statistics of C, which are computed while the written rows are in the caches; may be null.
    const RowPieces<T>* pieces = nullptr;
};

namespace detail {

/// How the factors are stored. nn: A[m,k] B[k,n]. nt: A[m,k] B[n,k]. tn: A[k,m] B[k,n].
enum class Form : unsigned char { nn, nt, tn };

/// A product C[m, n] (+)= op(A) op(B) with its epilogue.
template <class T>
struct Product {
    Form form;
    std::size_t m, n, k;
    Matrix<const T> a, b;
    Matrix<T> c;
    Epilogue<T> epilogue;

    /// The part of the product that writes the given rows and columns of C.
    [[nodiscard]] Product part(Range rows, Range columns) const noexcept {
        Product p = *this;
        p.m = rows.size();
        p.n = columns.size();
        p.a.data = form == Form::tn ? a.data + rows.begin : a.row(rows.begin);
        p.b.data = form == Form::nt ? b.row(columns.begin) : b.data + columns.begin;
        p.c.data = c.row(rows.begin) + columns.begin;
        if (p.epilogue.read_next != nullptr) p.epilogue.read_next += rows.begin * c.stride + columns.begin;
        if (p.epilogue.bias != nullptr) p.epilogue.bias += columns.begin;
        if (p.epilogue.magnitude != nullptr) p.epilogue.magnitude += columns.begin;
        return p;
    }
};

}  // namespace detail
}  // namespace alrao::kernels
