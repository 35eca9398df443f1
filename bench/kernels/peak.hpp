#pragma once

#include <alrao/tensor/simd.hpp>
#include <alrao/tensor/threads.hpp>

#include <array>
#include <cstddef>

namespace bench {

/// The number of independent sums in registers. It is that of a tile of a matrix product, and larger than the
/// latency of a multiply-add times the number of units that execute it, so the units are always busy.
template <class Arch>
inline constexpr std::size_t peak_sums = alrao::register_count<Arch> * 3 / 4;

/// Executes `steps` multiply-adds for each sum, without memory accesses. Returns a number that depends on all
/// of them, so that the compiler cannot remove any. `start` contains the initial registers of the sums, then
/// the two factors. The compiler does not see these values, so it cannot merge sums.
template <class Arch, class T>
[[gnu::noinline]] T multiply_in_registers(const T* start, std::size_t steps) {
    using V = alrao::Register<T, Arch>;
    constexpr std::size_t count = peak_sums<Arch>;
    V sum[count];
#pragma GCC unroll 32
    for (std::size_t i = 0; i < count; ++i) sum[i] = V::load_unaligned(start + i * V::size);
    const V a = V::load_unaligned(start + count * V::size);
    const V b = V::load_unaligned(start + (count + 1) * V::size);
    for (std::size_t step = 0; step < steps; ++step) {
#pragma GCC unroll 32
        for (std::size_t i = 0; i < count; ++i) sum[i] = alrao::madd<Arch, T>(a, b, sum[i]);
    }
    V total = sum[0];
#pragma GCC unroll 32
    for (std::size_t i = 1; i < count; ++i) total = total + sum[i];
    return total.get(0);
}

/// Measures the peak of the processor with the instruction set of this build. A call executes `flops`
/// floating-point operations on each thread; a multiply-add counts as two.
template <class T, class Arch = alrao::DefaultArch>
class Peak {
public:
    explicit Peak(alrao::Threads& threads) : threads_(threads) {
        for (std::size_t i = 0; i < start_.size(); ++i)
            start_[i] = T{1} + static_cast<T>(i) / static_cast<T>(start_.size());
    }
    static constexpr std::size_t steps = 20'000;
    static constexpr double flops = 2.0 * steps * peak_sums<Arch> * alrao::register_width<T, Arch>;
    double all_flops() const { return flops * threads_.count(); }
    void operator()() {
        threads_.run([this](int) {
            volatile T kept = multiply_in_registers<Arch, T>(start_.data(), steps);
            static_cast<void>(kept);
        });
    }

private:
    alrao::Threads& threads_;
    std::array<T, (peak_sums<Arch> + 2) * alrao::register_width<T, Arch>> start_{};
};

}  // namespace bench
