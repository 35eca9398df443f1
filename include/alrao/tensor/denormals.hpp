#pragma once

#include <cstdint>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace alrao {

/// How the processor treats denormal numbers (float: below 1.2e-38) in a thread: two bits of the control register of the
/// floating-point unit. Arithmetic with denormal numbers is many times as slow on common processors, and they occur in
/// training: moments of parameters without a gradient decay towards 0, and saturated units have tiny derivatives.
class DenormalMode {
public:
    /// The mode of this thread.
    [[nodiscard]] static DenormalMode current() noexcept { return DenormalMode(read() & flush); }
    /// Denormal arguments and results of arithmetic are replaced by 0.
    [[nodiscard]] static DenormalMode flushing() noexcept { return DenormalMode(flush); }
    /// Sets the mode of this thread, and leaves the other bits of the register.
    void apply() const noexcept { write((read() & ~flush) | bits_); }
    friend bool operator==(const DenormalMode&, const DenormalMode&) = default;

private:
#if defined(__SSE2__)
    using Control = std::uint32_t;
    static constexpr Control flush = 0x8040;  // flush to zero, and denormals are zero
    static Control read() noexcept { return _mm_getcsr(); }
    static void write(Control control) noexcept { _mm_setcsr(control); }
#elif defined(__aarch64__)
    using Control = std::uint64_t;
    static constexpr Control flush = Control{1} << 24U;  // FPCR.FZ
    static Control read() noexcept {
        Control control = 0;
        asm volatile("mrs %0, fpcr" : "=r"(control));
        return control;
    }
    static void write(Control control) noexcept { asm volatile("msr fpcr, %0" : : "r"(control)); }
#else  // no effect
    using Control = std::uint32_t;
    static constexpr Control flush = 0;
    static Control read() noexcept { return 0; }
    static void write(Control) noexcept {}
#endif
    explicit DenormalMode(Control bits) noexcept : bits_(bits) {}

    Control bits_;
};

/// While an object of this class exists, arithmetic of the thread that made it replaces denormal numbers by 0. The
/// destructor restores the mode before. Passes of a network, steps and predictions use it; `Threads::run` uses the mode
/// of its caller on all threads, so that results do not depend on their number.
class FlushDenormals {
public:
    FlushDenormals() noexcept { DenormalMode::flushing().apply(); }
    ~FlushDenormals() { before_.apply(); }
    FlushDenormals(const FlushDenormals&) = delete;
    FlushDenormals& operator=(const FlushDenormals&) = delete;

private:
    DenormalMode before_ = DenormalMode::current();
};

}  // namespace alrao
