#include <alrao/kernels/vector.hpp>
#include <alrao/tensor/finite.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <vector>

namespace kernels_vector_test {

using namespace alrao;

TEST_CASE_TEMPLATE("blocks and single registers cover a range once, in order", T, float, double) {
    for (std::size_t begin = 0; begin < 20; begin += 7) {
        for (std::size_t length = 0; length <= 150; ++length) {
            std::vector<T> seen(begin + length + 1, T{0});
            kernels::for_each_block<DefaultArch, T>(begin, begin + length, [&](auto block, std::size_t i) {
                kernels::unroll<decltype(block)::vectors>([&](auto v) {
                    T* at = seen.data() + i + v * register_width<T, DefaultArch>;
                    block.store(at, block.load(at) + T{1});
                });
            });
            kernels::for_each_vector<DefaultArch, T>(begin, begin + length, [&](auto vector, std::size_t i) {
                vector.store(&seen[i], vector.load(&seen[i]) + T{2});
            });
            for (std::size_t i = 0; i < seen.size(); ++i) {
                REQUIRE(seen[i] == ((i < begin || i >= begin + length) ? T{0} : T{3}));
            }
        }
    }
}

TEST_CASE_TEMPLATE("a tail loads zeros beyond its end, and keep() clears the lanes beyond it", T, float,
                   double) {
    constexpr std::size_t width = register_width<T, DefaultArch>;
    const std::vector<T> ones(width, T{1});
    for (std::size_t count = 1; count < width; ++count) {
        const kernels::Tail<DefaultArch, T> tail{count};
        T lane[width];
        tail.load(ones.data()).store_unaligned(lane);
        for (std::size_t i = 0; i < width; ++i) REQUIRE(lane[i] == (i < count ? T{1} : T{0}));
        tail.keep(Register<T, DefaultArch>(T{5})).store_unaligned(lane);
        for (std::size_t i = 0; i < width; ++i) REQUIRE(lane[i] == (i < count ? T{5} : T{0}));
    }
}

TEST_CASE_TEMPLATE("a row's sum contains all elements of the row and no others", T, float, double) {
    for (std::size_t count = 0; count <= 150; ++count) {
        std::vector<T> x(count + 1, std::numeric_limits<T>::quiet_NaN());
        T want{0};
        for (std::size_t i = 0; i < count; ++i) want += x[i] = static_cast<T>(i % 13);
        REQUIRE(kernels::row_sum<DefaultArch, T>(
                    count, [&](auto vector, std::size_t i) { return vector.load(x.data() + i); }) == want);
        // A term that is not 0 in the zeros of a tail.
        REQUIRE(kernels::row_sum<DefaultArch, T>(count, [&](auto vector, std::size_t i) {
                    return vector.load(x.data() + i) + T{1};
                }) == want + static_cast<T>(count));
    }
}

TEST_CASE_TEMPLATE("the largest magnitude keeps a NaN", T, float, double) {
    const T nan = std::numeric_limits<T>::quiet_NaN();
    for (const T bad : {nan, -nan}) {
        for (const bool first : {true, false}) {
            kernels::Largest<DefaultArch, T> seen;
            seen.see(Register<T, DefaultArch>(first ? bad : T(-3)));
            seen.see(Register<T, DefaultArch>(first ? T(-3) : bad));
            CHECK_FALSE(is_finite(seen.value().get(0)));
        }
    }
    kernels::Largest<DefaultArch, T> seen;
    seen.see(Register<T, DefaultArch>(T(-3)));
    seen.see(Register<T, DefaultArch>(T(2)));
    CHECK(seen.value().get(0) == T(3));
}

}  // namespace kernels_vector_test
