#include <alrao/tensor/memory.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

namespace tensor_memory_test {

using alrao::AlignedBuffer;

TEST_CASE("a new buffer is aligned and zero") {
    for (const std::size_t size : {1U, 3U, 64U, 1001U}) {
        const AlignedBuffer<float> buffer(size);
        CHECK(buffer.size() == size);
        CHECK(reinterpret_cast<std::uintptr_t>(buffer.data()) % alrao::memory_alignment == 0);
        CHECK(std::ranges::all_of(buffer.span(), [](float x) { return x == 0.0F; }));
    }
}

TEST_CASE("copies are deep; a moved-from buffer is empty") {
    AlignedBuffer<double> a(5);
    a.span()[2] = 7.0;
    AlignedBuffer<double> b = a;
    CHECK(b.data() != a.data());
    CHECK(b.span()[2] == 7.0);
    b.span()[2] = 8.0;
    CHECK(a.span()[2] == 7.0);

    const double* place = b.data();
    AlignedBuffer<double> c = std::move(b);
    CHECK(c.data() == place);
    CHECK(b.size() == 0);  // NOLINT(bugprone-use-after-move): the state is documented
    CHECK(b.data() == nullptr);

    a = c;
    CHECK(a.span()[2] == 8.0);
    AlignedBuffer<double>& same = a;
    a = same;
    CHECK(a.span()[2] == 8.0);
    a = AlignedBuffer<double>();
    CHECK(a.size() == 0);
}

TEST_CASE("a size beyond the address space is refused") {
    volatile std::size_t beyond = std::numeric_limits<std::size_t>::max();  // hidden from warnings
    const std::size_t most = beyond;
    CHECK_THROWS_WITH_AS(AlignedBuffer<float>{most}, doctest::Contains("alrao: AlignedBuffer: "),
                         alrao::ArgumentError);
    CHECK_THROWS_AS(AlignedBuffer<double>{most / 8}, alrao::ArgumentError);
}

}  // namespace tensor_memory_test
