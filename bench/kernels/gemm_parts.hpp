#pragma once

#include "peak.hpp"

#include <alrao/kernels/gemm/gemm.hpp>
#include <alrao/tensor/memory.hpp>
#include <alrao/tensor/threads.hpp>

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

namespace bench {

/// Measures the parts of a product C[m, n] = A[m, k] B[k, n] by the register tiles of the library, on one
/// thread: multiply-adds on registers alone (the peak); one tile with panels in the L1 cache; one tile with
/// panels of the depth that the library uses; all tiles of a block of A, which fits into the L2 cache; all
/// tiles, with C in memory; packing; and the whole product. m and n are rounded down to multiples of the
/// tile. Times are processor times, and each figure is the smallest of all turns, because other programs on
/// the same core can only add time.
template <class T>
class GemmParts {
    using Arch = alrao::DefaultArch;
    using Own = alrao::kernels::detail::ProductKernel<alrao::OwnTiles<Arch>>;
    static constexpr std::size_t rows = alrao::kernels::detail::tile_rows<Arch>;
    static constexpr std::size_t width = alrao::kernels::detail::tile_width<Arch, T>;

public:
    GemmParts(std::size_t m, std::size_t n, std::size_t k)
        : m_(m / rows * rows),
          n_(n / width * width),
          k_(k),
          depth_(Own::template depth<T>(k)),
          row_block_(std::min(m_, Own::row_block(m_))),
          a_(m_ * k),
          b_(k * n_),
          c_(m_ * n_),
          tile_(rows * width),
          packed_a_(m_ * k + 64),
          packed_b_(k * n_ + 64),
          workspace_(alrao::kernels::gemm_workspace<alrao::OwnTiles<Arch>, T>(m_, n_, k, 1)) {
        for (auto* const array : {&a_, &b_, &packed_a_, &packed_b_})
            for (std::size_t i = 0; i < array->size(); ++i)
                array->data()[i] = static_cast<T>(i % 17) / 17 - T{0.5};
        std::fill_n(c_.data(), c_.size(), T{0});
        std::fill_n(tile_.data(), tile_.size(), T{0});
    }

    /// Prints the table of the parts.
    void print() {
        const double all = 2.0 * static_cast<double>(m_) * static_cast<double>(n_) * static_cast<double>(k_);
        const std::size_t shallow = depth_in_first_cache();
        add("multiply-adds on registers", Peak<T>::flops, [this] { peak_(); });
        add("tile, panels of " + text(shallow) + " steps, " + kilobytes(shallow * (rows + width)),
            tile_flops(shallow), [this, shallow] { tile(shallow); });
        add("tile, panels of " + text(depth_) + " steps, " + kilobytes(depth_ * (rows + width)),
            tile_flops(depth_), [this] { tile(depth_); });
        add("all tiles of a block of A, " + kilobytes(depth_ * row_block_),
            tile_flops(depth_) * static_cast<double>(row_block_ / rows), [this] { block(); });
        add("all tiles, without packing", all, [this] { all_tiles(); });
        add("whole product", all, [this] { product(); });
        add("packing A", 0, [this] { pack_a(); });
        add("packing B", 0, [this] { pack_b(); });
        measure();
        std::printf("\n%zu x %zu x %zu, tiles of %zu x %zu, L1 cache %s\n", m_, n_, k_, rows, width,
                    first_cache() == 0 ? "unknown" : kilobytes_of(first_cache()).c_str());
        const double peak = parts_[0].flops / parts_[0].best();
        const double whole = parts_[5].best();
        for (const Part& part : parts_) {
            const double ms = part.best();
            if (part.flops > 0) {
                std::printf("  %-48s %9.4f ms %7.1f GFLOP/s %5.1f %% of the peak\n", part.name.c_str(), ms,
                            part.flops / ms * 1e-6, 100 * part.flops / ms / peak);
            } else {
                std::printf("  %-48s %9.4f ms %15s %5.1f %% of the product's time\n", part.name.c_str(), ms,
                            "", 100 * ms / whole);
            }
        }
    }

private:
    struct Part {
        std::string name;
        double flops;
        std::function<void()> call;
        int calls = 1;  ///< per turn
        std::vector<double> times{};
        double best() const { return *std::min_element(times.begin(), times.end()); }
    };

    static std::string text(std::size_t number) { return std::to_string(number); }
    static std::string kilobytes_of(std::size_t bytes) { return text(bytes / 1024) + " KB"; }
    static std::string kilobytes(std::size_t elements) { return kilobytes_of(elements * sizeof(T)); }
    static std::size_t first_cache() {
        const long bytes = sysconf(_SC_LEVEL1_DCACHE_SIZE);
        return bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
    }
    /// Returns the depth at which a panel of A and one of B together fill half of the L1 cache.
    std::size_t depth_in_first_cache() const {
        const std::size_t bytes = first_cache() == 0 ? 32 * 1024 : first_cache();
        return std::min(depth_, bytes / 2 / sizeof(T) / (rows + width) / 16 * 16);
    }
    static double tile_flops(std::size_t k) {
        return 2.0 * static_cast<double>(rows * width) * static_cast<double>(k);
    }

    void add(std::string name, double flops, std::function<void()> call) {
        parts_.push_back({std::move(name), flops, std::move(call)});
    }
    /// Returns the processor time of this thread in milliseconds. Time used by other programs is not
    /// included.
    static double milliseconds() {
        timespec time{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return 1e3 * static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_nsec);
    }
    static double milliseconds_of(const Part& part, int calls) {
        const double start = milliseconds();
        for (int i = 0; i < calls; ++i) part.call();
        return milliseconds() - start;
    }
    /// Measures all parts 25 times, in turn, for at least 3 ms each.
    void measure() {
        for (Part& part : parts_)
            while (milliseconds_of(part, part.calls) < 3) part.calls *= 2;
        for (int turn = 0; turn < 25; ++turn)
            for (Part& part : parts_) part.times.push_back(milliseconds_of(part, part.calls) / part.calls);
    }

    /// Computes one tile from packed panels of depth k. The tile of C stays in the L1 cache.
    void tile(std::size_t k, std::size_t from_a = 0) {
        multiply({.k = k,
                  .a = packed_a_.data() + from_a,
                  .b = packed_b_.data(),
                  .b_stride = width,
                  .c = {tile_.data(), width},
                  .resume = false,
                  .last = true,
                  .bias = nullptr,
                  .magnitude = nullptr,
                  .activation = alrao::kernels::Activation::none});
    }
    void block() {
        for (std::size_t i = 0; i < row_block_; i += rows) tile(depth_, i * depth_);
    }
    /// Computes all tiles in the order of the library. Both factors were packed before; C is in memory.
    void all_tiles() {
        for (std::size_t p = 0; p < k_; p += depth_) {
            const std::size_t k = std::min(depth_, k_ - p);
            for (std::size_t i0 = 0; i0 < m_; i0 += row_block_) {
                const std::size_t end = std::min(m_, i0 + row_block_);
                for (std::size_t j = 0; j < n_; j += width)
                    for (std::size_t i = i0; i < end; i += rows)
                        multiply({.k = k,
                                  .a = packed_a_.data() + p * m_ + i * k,
                                  .b = packed_b_.data() + p * n_ + j * k,
                                  .b_stride = width,
                                  .c = {c_.data() + i * n_ + j, n_},
                                  .resume = p != 0,
                                  .last = p + k == k_,
                                  .bias = nullptr,
                                  .magnitude = nullptr,
                                  .activation = alrao::kernels::Activation::none});
            }
        }
    }
    void multiply(const alrao::kernels::detail::TileWork<T>& work) {
        alrao::kernels::detail::multiply_tile<Arch, T, rows, 2>(work);
    }
    void product() {
        alrao::kernels::gemm_nn<alrao::OwnTiles<Arch>, T>(m_, n_, k_, {a_.data(), k_}, {b_.data(), n_},
                                                          {c_.data(), n_}, {}, workspace_.data(), threads_);
    }
    void pack_a() {
        for (std::size_t p = 0; p < k_; p += depth_) {
            const std::size_t k = std::min(depth_, k_ - p);
            for (std::size_t i = 0; i < m_; i += rows)
                alrao::kernels::detail::pack_rows<Arch, rows>(
                    rows, k, alrao::kernels::Matrix<const T>{a_.data() + i * k_ + p, k_},
                    packed_a_.data() + p * m_ + i * k);
        }
    }
    void pack_b() {
        for (std::size_t p = 0; p < k_; p += depth_) {
            const std::size_t k = std::min(depth_, k_ - p);
            for (std::size_t j = 0; j < n_; j += width)
                alrao::kernels::detail::pack_columns<Arch, width>(
                    width, k, alrao::kernels::Matrix<const T>{b_.data() + p * n_ + j, n_},
                    packed_b_.data() + p * n_ + j * k);
        }
    }

    std::size_t m_, n_, k_, depth_, row_block_;
    alrao::AlignedBuffer<T> a_, b_, c_, tile_, packed_a_, packed_b_, workspace_;
    alrao::Threads threads_{1};
    Peak<T> peak_{threads_};
    std::vector<Part> parts_;
};

}  // namespace bench
