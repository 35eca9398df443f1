#pragma once

#include <alrao/tensor/fail.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <utility>

namespace alrao {

/// Seed of all random numbers. Equal seeds give equal random bits with every compiler and on every machine.
struct Seed {
    std::uint64_t value;

    friend constexpr bool operator==(const Seed&, const Seed&) = default;
};

/// Purposes of random numbers. Each purpose has its own independent stream. The values must never change,
/// because results depend on them.
enum class Stream : std::uint64_t {
    initialization = 1,
    rates = 2,
    shuffle = 3,
    split = 4,
    dropout = 5,
    augmentation = 6,
};

/// Philox4x32 with ten rounds: returns four random 32-bit words for a counter and a key.
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011,
/// section 3.
[[nodiscard]] constexpr std::array<std::uint32_t, 4> philox4x32_10(std::array<std::uint32_t, 4> counter,
                                                                   std::array<std::uint32_t, 2> key) {
    const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
    const auto high = [](std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); };
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t a = std::uint64_t{0xD2511F53} * counter[0];
        const std::uint64_t b = std::uint64_t{0xCD9E8D57} * counter[2];
        counter = {high(b) ^ counter[1] ^ key[0], low(b), high(a) ^ counter[3] ^ key[1], low(a)};
        key = {key[0] + 0x9E3779B9u, key[1] + 0xBB67AE85u};
    }
    return counter;
}

/// A counter-based random number generator: word number `position` of a stream is a pure function of
/// (seed, stream, position). Any position can be reached in constant time, saved as one integer and read
/// by any thread. Positions count 64-bit words; the functions without a position argument read at a
/// cursor and advance it.
class Philox {
public:
    /// Stream number `stream`. Numbers 0 to 2^48 - 1 are free for callers; the library uses larger ones.
    constexpr Philox(Seed seed, std::uint64_t stream) : seed_(seed), stream_(stream) {}

    /// Substream `sub` of a purpose, for example the index of a parameter, an epoch or a layer.
    /// @throws ArgumentError if `sub` is 2^48 or more
    constexpr Philox(Seed seed, Stream stream, std::uint64_t sub = 0)
        : Philox(seed, (static_cast<std::uint64_t>(stream) << sub_bits) | checked(sub)) {}

    /// Words 2 * index and 2 * index + 1 of the stream as 32-bit halves, low half first. Does not use or
    /// move the cursor.
    [[nodiscard]] constexpr std::array<std::uint32_t, 4> block(std::uint64_t index) const {
        const auto half = [](std::uint64_t x, int shift) { return static_cast<std::uint32_t>(x >> shift); };
        return philox4x32_10({half(index, 0), half(index, 32), half(stream_, 0), half(stream_, 32)},
                             {half(seed_.value, 0), half(seed_.value, 32)});
    }

    /// Word `position` of the stream. Does not use or move the cursor.
    [[nodiscard]] constexpr std::uint64_t word_at(std::uint64_t position) const {
        const auto four = block(position / 2);
        const std::size_t first = position % 2 == 0 ? 0 : 2;
        return (std::uint64_t{four[first + 1]} << 32) | four[first];
    }

    /// The cursor: the position of the next word.
    [[nodiscard]] constexpr std::uint64_t position() const { return position_; }
    /// Moves the cursor.
    constexpr void seek(std::uint64_t position) { position_ = position; }

    /// The next 64 random bits.
    constexpr std::uint64_t bits() { return word_at(position_++); }

    /// Uniform in the open interval (0, 1). Consumes one word. The result is an odd multiple of 2^-53, so
    /// it is never 0 or 1, and `u` is as likely as `1 - u`.
    constexpr double uniform() { return static_cast<double>((bits() >> 11) | 1) * 0x1p-53; }

    /// Normal with mean 0 and variance 1. Consumes two words. Uses only the cosine half of the Box-Muller
    /// transform, so that nothing is kept between calls and the position is the whole state.
    double normal() {
        const double radius = std::sqrt(-2.0 * std::log(uniform()));
        return radius * std::cos(2.0 * std::numbers::pi * uniform());
    }

    /// Uniform among 0 .. count - 1, without bias: words below 2^64 mod count are rejected and redrawn.
    /// @throws ArgumentError if `count` is 0
    constexpr std::uint64_t below(std::uint64_t count) {
        if (count == 0) fail("alrao: Philox::below: count must be at least 1, got 0");
        const std::uint64_t refused = (0 - count) % count;
        std::uint64_t drawn = bits();
        while (drawn < refused) drawn = bits();
        return drawn % count;
    }

    /// Shuffles `items` (Fisher-Yates, from the last position to the first): all orders are equally likely.
    template <class T>
    constexpr void shuffle(std::span<T> items) {
        for (std::size_t left = items.size(); left > 1; --left) {
            using std::swap;
            swap(items[left - 1], items[static_cast<std::size_t>(below(left))]);
        }
    }

    /// Equal generators return the same numbers from now on.
    friend constexpr bool operator==(const Philox&, const Philox&) = default;

private:
    static constexpr int sub_bits = 48;

    static constexpr std::uint64_t checked(std::uint64_t sub) {
        if (sub >> sub_bits != 0) fail("alrao: Philox: `sub` must be below 2^48");
        return sub;
    }

    Seed seed_;
    std::uint64_t stream_;
    std::uint64_t position_ = 0;
};

}  // namespace alrao
