#pragma once

#include <alrao/kernels/convolution/detail/depthwise.hpp>
#include <alrao/kernels/convolution/shape.hpp>
#include <alrao/kernels/gemm/operands.hpp>
#include <alrao/kernels/matrix.hpp>
#include <alrao/kernels/parallel.hpp>
#include <alrao/shape/extents.hpp>
#include <alrao/tensor/simd.hpp>
#include <alrao/tensor/threads.hpp>

#include <algorithm>
#include <cstddef>

namespace alrao::kernels::detail {

/// Convolutions with groups that have too few channels for the tiles of a matrix product. They are
/// computed as sums of depthwise convolutions, in which registers hold neighbouring channels of all
/// groups:
///
///   y = sum over j of depthwise(spread(x, j), weight[:, :, j, :])
///
/// spread(x, j) contains, for each output channel, the j-th input channel of its group. The gradient of the
/// input is the same with inputs and outputs exchanged. Few images are processed at a time, so that the
/// spread channels stay in the cache. The sum of an output is one chain of multiply-adds in ascending
/// (channel, tap).
template <class Backend, class T>
class ThinGroupConvolution {
    using Depthwise = DepthwiseConvolution<Backend, T>;

public:
    /// True if this method is faster than one product per group. Measured with AVX-512 and 16 x 16 images
    /// of 128 channels: 0.1 of the time of the products for groups of 4 channels, 0.7 for 16, 1.8 for 32.
    static constexpr bool applies(const ConvolutionShape& s) {
        return s.window.groups > 1 && !s.is_depthwise() &&
               std::max(s.group_channels(), s.group_out_channels()) <= 16;
    }

    static constexpr std::size_t workspace(const ConvolutionShape& s, int threads) {
        return spread_size(s) + rounded_up(s.weights(), 16) + row_size(s) +
               std::max(Depthwise::workspace(of_outputs(s, 1), threads),
                        Depthwise::workspace(of_inputs(s, 1), threads));
    }

    ThinGroupConvolution(const ConvolutionShape& shape, T* workspace, Threads& threads)
        : s_(shape),
          spread_(workspace),
          turned_(spread_ + spread_size(shape)),
          magnitude_(turned_ + rounded_up(shape.weights(), 16)),
          workspace_(magnitude_ + row_size(shape)),
          threads_(threads) {}

    void forward(Matrix<const T> x, const T* weight, Matrix<T> y, const Epilogue<T>& epilogue) {
        const std::size_t in = s_.group_channels(), out = s_.group_out_channels();
        if (epilogue.magnitude != nullptr) std::fill_n(epilogue.magnitude, s_.out_channels, T{0});
        for_each_block([&](std::size_t image, std::size_t images) {
            Depthwise convolution(of_outputs(s_, images), workspace_, threads_, in);
            const Matrix<T> here{y.row(image * s_.out_height * s_.out_width), y.stride};
            for (std::size_t j = 0; j < in; ++j) {
                Epilogue<T> mine{.accumulate = j > 0 || epilogue.accumulate};
                if (j + 1 == in) {
                    mine.bias = epilogue.bias;
                    mine.activation = epilogue.activation;
                    mine.pieces = epilogue.pieces;
                    if (epilogue.magnitude != nullptr) mine.magnitude = magnitude_;
                }
                convolution.forward(spread({x.row(image * s_.height * s_.width), x.stride},
                                           images * s_.height * s_.width, {j, in, out}, s_.out_channels),
                                    weight + j * s_.out_channels, here, mine);
            }
            raise(epilogue.magnitude);
        });
    }

    void backward_input(Matrix<const T> dy, const T* weight, Matrix<T> dx) {
        const std::size_t in = s_.group_channels(), out = s_.group_out_channels();
        const std::size_t size = s_.taps() * s_.channels;
        for (std::size_t i = 0; i < out; ++i) turn(weight, i, turned_ + i * size);
        for_each_block([&](std::size_t image, std::size_t images) {
            Depthwise convolution(of_inputs(s_, images), workspace_, threads_);
            const Matrix<T> here{dx.row(image * s_.height * s_.width), dx.stride};
            for (std::size_t i = 0; i < out; ++i)
                convolution.backward_input(
                    spread({dy.row(image * s_.out_height * s_.out_width), dy.stride},
                           images * s_.out_height * s_.out_width, {i, out, in}, s_.channels),
                    turned_ + i * size, here, i > 0);
        });
    }

    void backward_weight(Matrix<const T> x, Matrix<const T> dy, T* dweight, T* magnitude) {
        const std::size_t in = s_.group_channels(), out = s_.group_out_channels();
        if (magnitude != nullptr) std::fill_n(magnitude, s_.out_channels, T{0});
        if (s_.batch == 0) std::fill_n(dweight, s_.weights(), T{0});
        for_each_block([&](std::size_t image, std::size_t images) {
            const bool last = image + images == s_.batch;
            Depthwise convolution(of_outputs(s_, images), workspace_, threads_, in);
            for (std::size_t j = 0; j < in; ++j) {
                convolution.backward_weight(
                    spread({x.row(image * s_.height * s_.width), x.stride}, images * s_.height * s_.width,
                           {j, in, out}, s_.out_channels),
                    {dy.row(image * s_.out_height * s_.out_width), dy.stride}, dweight + j * s_.out_channels,
                    last && magnitude != nullptr ? magnitude_ : nullptr, image > 0);
                if (last) raise(magnitude);
            }
        });
    }

private:
    /// The number of elements of a block of spread images (at least one image): half of the second-level
    /// cache.
    static constexpr std::size_t block_elements = std::size_t{512} * 1024 / sizeof(T);

    /// Parameters of `spread`: channel `number` of each group of `from` channels is repeated `to` times.
    struct Spread {
        std::size_t number, from, to;
    };

    static constexpr std::size_t block_images(const ConvolutionShape& s) {
        const std::size_t image =
            std::max(s.height * s.width * s.out_channels, s.out_height * s.out_width * s.channels);
        return std::clamp<std::size_t>(block_elements / std::max<std::size_t>(image, 1), 1,
                                       std::max<std::size_t>(s.batch, 1));
    }
    static constexpr std::size_t spread_size(const ConvolutionShape& s) {
        return rounded_up(block_images(s) * std::max(s.height * s.width * s.out_channels,
                                                     s.out_height * s.out_width * s.channels),
                          16);
    }
    static constexpr std::size_t row_size(const ConvolutionShape& s) {
        return rounded_up(s.out_channels, 16);
    }
    static constexpr ConvolutionShape depthwise(ConvolutionShape s, std::size_t images,
                                                std::size_t channels) {
        s.batch = images;
        s.channels = s.out_channels = s.window.groups = channels;
        return s;
    }
    static constexpr ConvolutionShape of_outputs(const ConvolutionShape& s, std::size_t images) {
        return depthwise(s, images, s.out_channels);
    }
    static constexpr ConvolutionShape of_inputs(const ConvolutionShape& s, std::size_t images) {
        return depthwise(s, images, s.channels);
    }

    /// Calls f(first image, number of images) for each block.
    template <class F>
    void for_each_block(F&& f) const {
        const std::size_t most = block_images(s_);
        for (std::size_t image = 0; image < s_.batch; image += most)
            f(image, std::min(most, s_.batch - image));
    }

    /// Copies channel `what.number` of each group, repeated `what.to` times, to `spread_`.
    [[nodiscard]] Matrix<const T> spread(Matrix<const T> from, std::size_t pixels, Spread what,
                                         std::size_t channels) const {
        const auto pixel = [&]<std::size_t To>(const T* source, T* target) {
            const std::size_t to = To == 0 ? what.to : To;
            for (std::size_t c = 0; c < channels; c += to, source += what.from)
                std::fill_n(target + c, to, *source);
        };
        split_work(threads_, pixels, 1, pixels * channels, [&](std::size_t begin, std::size_t end) {
            for (std::size_t p = begin; p < end; ++p) {
                const T* const source = from.row(p) + what.number;
                T* const target = spread_ + p * channels;
                switch (what.to) {
                case 1: pixel.template operator()<1>(source, target); break;
                case 2: pixel.template operator()<2>(source, target); break;
                case 4: pixel.template operator()<4>(source, target); break;
                case 8: pixel.template operator()<8>(source, target); break;
                default: pixel.template operator()<0>(source, target);
                }
            }
        });
        return {spread_, channels};
    }

    /// Copies the weights of the depthwise pass for the i-th output of each group.
    void turn(const T* weight, std::size_t i, T* to) const {
        const std::size_t in = s_.group_channels(), out = s_.group_out_channels();
        for (std::size_t t = 0; t < s_.taps(); ++t) {
            for (std::size_t c = 0; c < s_.channels; ++c)
                to[t * s_.channels + c] = weight[(t * in + c % in) * s_.out_channels + c / in * out + i];
        }
    }

    /// Sets `magnitude` to the maximum of its values and the magnitudes of a block.
    void raise(T* magnitude) const {
        for (std::size_t c = 0; c < s_.out_channels && magnitude != nullptr; ++c)
            magnitude[c] = magnitude_max(magnitude[c], magnitude_[c]);
    }

    ConvolutionShape s_;
    T *spread_, *turned_, *magnitude_, *workspace_;
    Threads& threads_;
};

}  // namespace alrao::kernels::detail
