#pragma once

#include <alrao/shape/extents.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/philox.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <type_traits>

namespace alrao {

/// What a training sample is changed into before it is learned: `augment(from, extents, to,
/// random)` reads the sample's numbers, row-major with these extents (an image: height, width,
/// channels), and writes as many, all of them. It decides by `random` and nothing else, and keeps
/// nothing between calls: a sample is then the same in an epoch, whatever batch it comes in. If it
/// has a `check_extents(extents)`, that refuses samples or options before a fit changes anything.
template <class A, class T>
concept Augmentation = std::copy_constructible<A> &&
                       std::invocable<const A&, std::span<const T>, const Extents&, std::span<T>, Philox&>;

/// Any augmentation of samples of T, or none.
template <class T>
class AnyAugmentation {
public:
    AnyAugmentation() = default;

    template <class A>
        requires(!std::same_as<A, AnyAugmentation> && Augmentation<A, T>)
    AnyAugmentation(A augment)
        : augment_([augment](std::span<const T> from, const Extents& extents, std::span<T> to,
                             Philox& random) { augment(from, extents, to, random); }) {
        constexpr bool checks = requires(const A& a, const Extents& extents) { a.check_extents(extents); };
        static_assert(
            checks || !requires { &A::check_extents; },
            "alrao: check_extents of an augmentation is public and const, and is called with "
            "const Extents&");
        if constexpr (checks)
            check_extents_ = [augment](const Extents& extents) { augment.check_extents(extents); };
    }

    /// Refused in words: what is called otherwise.
    template <class A>
        requires(!std::same_as<A, AnyAugmentation> && !Augmentation<A, T> && std::is_class_v<A>)
    AnyAugmentation(const A&) {
        constexpr bool remembers =
            std::invocable<A&, std::span<const T>, const Extents&, std::span<T>, Philox&>;
        static_assert(!remembers,
                      "alrao: an augmentation is called on a const object, and keeps nothing between "
                      "calls: it is no mutable lambda, and its operator() is const");
        static_assert(remembers,
                      "alrao: an augmentation is called as augment(std::span<const T> from, const "
                      "Extents&, std::span<T> to, Philox& random), T being the scalar of the network, and "
                      "can be copied");
    }

    /// Whether there is one.
    explicit operator bool() const { return static_cast<bool>(augment_); }

    /// Raises what the augmentation has against samples of these extents.
    void check_extents(const Extents& extents) const {
        if (check_extents_) check_extents_(extents);
    }

    void operator()(std::span<const T> from, const Extents& extents, std::span<T> to, Philox random) const {
        augment_(from, extents, to, random);
    }

private:
    std::function<void(std::span<const T>, const Extents&, std::span<T>, Philox&)> augment_;
    std::function<void(const Extents&)> check_extents_;
};

/// The random numbers of one sample in one epoch, 2^24 words of them; `place` is where the sample
/// lies in memory, so that it has the same ones in whatever part of its data set it is learned.
/// @throws ArgumentError on a place of 2^40 or more
[[nodiscard]] constexpr Philox augmentation_numbers(Seed seed, std::uint64_t epoch, std::size_t place) {
    constexpr int words = 24;
    if (place >> (64 - words) != 0) fail("alrao: augmentation: more than 2^40 samples");
    Philox random(seed, Stream::augmentation, epoch);
    random.seek(std::uint64_t{place} << words);
    return random;
}

}  // namespace alrao
