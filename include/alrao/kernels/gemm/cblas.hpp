#pragma once

#include <alrao/kernels/gemm/detail/own.hpp>
#include <alrao/kernels/gemm/detail/split.hpp>
#include <alrao/kernels/gemm/epilogue.hpp>
#include <alrao/kernels/gemm/operands.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/blas.hpp>

#include <cstddef>

namespace alrao::kernels::detail {

/// Products computed by CBLAS: each thread calls it for its part of C and then applies the epilogue in a
/// separate pass. The bits are those of the BLAS library; docs/reproducibility.md describes what they
/// depend on.
template <class Arch>
struct ProductKernel<Cblas<Arch>> {
    template <class T>
    static constexpr std::size_t workspace(std::size_t, std::size_t n, std::size_t, int threads) {
        return static_cast<std::size_t>(threads) * magnitude_row(n);
    }

    template <class T>
    static void run(const Product<T>& product, T* workspace, Threads& threads) {
        static_assert(blas::available || sizeof(T) == 0,
                      "alrao: the back end Cblas needs BLAS, and this build has none; use OwnTiles");
        split_product(product, 16, 16, workspace, threads,
                      [](const Product<T>& part, int) { run_part(part); });
    }

private:
    template <class T>
    static void run_part(const Product<T>& p) {
        if (p.m == 0 || p.n == 0 || p.k == 0) return finish_empty_sum<Arch>(p);
        blas::gemm(p.form == Form::tn, p.form == Form::nt, p.m, p.n, p.k, p.a.data, p.a.stride, p.b.data,
                   p.b.stride, p.epilogue.accumulate ? T{1} : T{0}, p.c.data, p.c.stride);
        apply_epilogue<Arch>(p.m, p.n, p.c, p.epilogue);
    }
};

}  // namespace alrao::kernels::detail
