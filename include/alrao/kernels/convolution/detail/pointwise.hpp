#pragma once

#include <alrao/kernels/convolution/shape.hpp>
#include <alrao/kernels/gemm/gemm.hpp>
#include <alrao/kernels/gemm/operands.hpp>
#include <alrao/kernels/matrix.hpp>
#include <alrao/shape/window.hpp>
#include <alrao/tensor/threads.hpp>

#include <algorithm>
#include <cstddef>

namespace alrao::kernels::detail {

/// True if each output reads only the pixel at its own position: the convolution is a plain matrix
/// product.
[[nodiscard]] constexpr bool is_pointwise(const Window& window) {
    const auto own_pixel = [](const WindowAxis& axis) {
        return axis.kernel == 1 && axis.stride == 1 && axis.padding == 0;
    };
    return own_pixel(window.vertical) && own_pixel(window.horizontal);
}

/// Convolutions whose window is pointwise (see is_pointwise): one matrix product per group.
template <class Backend, class T>
class PointwiseConvolution {
public:
    static constexpr std::size_t workspace(const ConvolutionShape& s, int threads) {
        const std::size_t m = s.pixels(), c = s.group_channels(), n = s.group_out_channels();
        return std::max({gemm_workspace<Backend, T>(m, n, c, threads),
                         gemm_workspace<Backend, T>(m, c, n, threads),
                         gemm_workspace<Backend, T>(c, n, m, threads)});
    }

    PointwiseConvolution(const ConvolutionShape& shape, T* workspace, Threads& threads)
        : s_(shape), workspace_(workspace), threads_(threads) {}

    void forward(Matrix<const T> x, const T* weight, Matrix<T> y, const Epilogue<T>& epilogue) {
        for_each_group([&](std::size_t in, std::size_t out) {
            Epilogue<T> mine = epilogue;
            if (mine.bias != nullptr) mine.bias += out;
            if (mine.magnitude != nullptr) mine.magnitude += out;
            gemm_nn<Backend, T>(s_.pixels(), s_.group_out_channels(), s_.group_channels(),
                                {x.data + in, x.stride}, {weight + out, s_.out_channels},
                                {y.data + out, y.stride}, mine, workspace_, threads_);
        });
    }

    void backward_input(Matrix<const T> dy, const T* weight, Matrix<T> dx) {
        for_each_group([&](std::size_t in, std::size_t out) {
            gemm_nt<Backend, T>(s_.pixels(), s_.group_channels(), s_.group_out_channels(),
                                {dy.data + out, dy.stride}, {weight + out, s_.out_channels},
                                {dx.data + in, dx.stride}, {}, workspace_, threads_);
        });
    }

    void backward_weight(Matrix<const T> x, Matrix<const T> dy, T* dweight, T* magnitude) {
        for_each_group([&](std::size_t in, std::size_t out) {
            gemm_tn<Backend, T>(
                s_.group_channels(), s_.group_out_channels(), s_.pixels(), {x.data + in, x.stride},
                {dy.data + out, dy.stride}, {dweight + out, s_.out_channels},
                {.magnitude = magnitude == nullptr ? nullptr : magnitude + out}, workspace_, threads_);
        });
    }

private:
    template <class F>
    void for_each_group(F&& f) const {
        for (std::size_t g = 0; g < s_.window.groups; ++g)
            f(g * s_.group_channels(), g * s_.group_out_channels());
    }

    ConvolutionShape s_;
    T* workspace_;
    Threads& threads_;
};

}  // namespace alrao::kernels::detail
