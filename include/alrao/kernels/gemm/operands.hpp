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
/// is added; the magnitude is taken; the activation is applied.
template <class T>
struct Epilogue {
    const T* bias = nullptr;  ///< [n], added to every row
    Activation activation = Activation::none;
    T* magnitude = nullptr;  ///< [n], written: max over rows of |value before the activation|; not
                             ///< finite if any value of the column is not; 0 if m = 0
    bool accumulate = false;
    const T* read_next = nullptr;          ///< [m, n], a row every C.stride elements: fetched into the
                                           ///< caches beside the sums, for whoever comes after the product
    const RowPieces<T>* pieces = nullptr;  ///< of C: those of rows that are written whole may be
                                           ///< taken while they are in the caches
};

namespace detail {

/// How the factors lie in memory. nn: A[m,k] B[k,n]. nt: A[m,k] B[n,k]. tn: A[k,m] B[k,n].
enum class Form : unsigned char { nn, nt, tn };

/// C[m, n] (+)= op(A) op(B) with its epilogue.
template <class T>
struct Product {
    Form form;
    std::size_t m, n, k;
    Matrix<const T> a, b;
    Matrix<T> c;
    Epilogue<T> epilogue;

    /// The part of the product that writes `rows` and `columns` of C.
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
