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

/// A random change of a training sample. `augment(from, extents, to, random)` reads the numbers of one sample,
/// row-major with these extents (for an image: height, width, channels), and writes all numbers of the changed
/// sample, of the same extents, into `to`. The result depends only on the arguments, and `augment` keeps no
/// state between calls, so the change of a sample does not depend on the batch that contains it.
/// Optional: a const member `check_extents(extents)`, which throws ArgumentError if the augmentation cannot be
/// applied to samples of these extents; it is called before the first step.
template <class A, class T>
concept Augmentation = std::copy_constructible<A> &&
                       std::invocable<const A&, std::span<const T>, const Extents&, std::span<T>, Philox&>;

/// Holds an augmentation of any type, for samples of numbers of type T, or none.
template <class T>
class AnyAugmentation {
public:
    /// Holds no augmentation.
    AnyAugmentation() = default;

    /// Holds a copy of `augment`.
    template <class A>
        requires(!std::same_as<A, AnyAugmentation> && Augmentation<A, T>)
    AnyAugmentation(A augment)
        : augment_([augment](std::span<const T> from, const Extents& extents, std::span<T> to,
                             Philox& random) { augment(from, extents, to, random); }) {
        constexpr bool checks = requires(const A& a, const Extents& extents) { a.check_extents(extents); };
        static_assert(
            checks || !requires { &A::check_extents; },
            "alrao: check_extents of an augmentation must be public and const, and take const Extents&");
        if constexpr (checks)
            check_extents_ = [augment](const Extents& extents) { augment.check_extents(extents); };
    }

    /// Any other type: a compile-time error with the reason.
    template <class A>
        requires(!std::same_as<A, AnyAugmentation> && !Augmentation<A, T> && std::is_class_v<A>)
    AnyAugmentation(const A&) {
        constexpr bool remembers =
            std::invocable<A&, std::span<const T>, const Extents&, std::span<T>, Philox&>;
        static_assert(!remembers,
                      "alrao: an augmentation is called on a const object and keeps no state between "
                      "calls: use a lambda without `mutable`, or make operator() const");
        static_assert(remembers,
                      "alrao: an augmentation must be copyable and callable as augment(std::span<const T> "
                      "from, const Extents&, std::span<T> to, Philox& random), where T is the scalar of "
                      "the network");
    }

    /// Whether it holds an augmentation.
    explicit operator bool() const { return static_cast<bool>(augment_); }

    /// Calls `check_extents` of the augmentation, if it has this member.
    /// @throws ArgumentError if the augmentation cannot be applied to samples of these extents
    void check_extents(const Extents& extents) const {
        if (check_extents_) check_extents_(extents);
    }

    /// Writes the changed sample into `to`, see Augmentation. Call it only if an augmentation is held.
    void operator()(std::span<const T> from, const Extents& extents, std::span<T> to, Philox random) const {
        augment_(from, extents, to, random);
    }

private:
    std::function<void(std::span<const T>, const Extents&, std::span<T>, Philox&)> augment_;
    std::function<void(const Extents&)> check_extents_;
};

/// The random numbers for one sample in one epoch, 2^24 words of 64 bits. `place` is the index of the sample
/// in memory, so a sample gets the same numbers in every part of its data set.
/// @throws ArgumentError if `place` is 2^40 or more
[[nodiscard]] constexpr Philox augmentation_numbers(Seed seed, std::uint64_t epoch, std::size_t place) {
    constexpr int words = 24;
    if (place >> (64 - words) != 0) fail("alrao: augmentation: more than 2^40 samples");
    Philox random(seed, Stream::augmentation, epoch);
    random.seek(std::uint64_t{place} << words);
    return random;
}

}  // namespace alrao
