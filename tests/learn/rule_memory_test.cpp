#include <alrao/learn/rule_memory.hpp>

#include "small_task.hpp"
#include <doctest/doctest.h>

#include <utility>

namespace learn_rule_memory_test {

using namespace alrao;
using Net = small::Mlp<float, 5>;

TEST_CASE("buffers are adjacent, 0 at first, and have the layout of the parameters") {
    RuleMemory<Net> memory(2);
    CHECK(memory.buffers() == 2);
    CHECK(memory.size() == 2 * Net::parameter_elements);
    for (const float x : memory.numbers().span()) REQUIRE(x == 0);
    CHECK(memory.buffer(0) == memory.numbers().data());
    CHECK(memory.buffer(1) == memory.buffer(0) + Net::parameter_elements);
    const auto pointers = memory.of<2>(3);
    CHECK(pointers[0] == memory.buffer(0) + Net::parameters[3].offset);
    CHECK(pointers[1] == memory.buffer(1) + Net::parameters[3].offset);
    CHECK(std::as_const(memory).of<2>(3)[1] == pointers[1]);
    CHECK(memory.of<0>(3).empty());
    CHECK(RuleMemory<Net>(0).size() == 0);
}

TEST_CASE("clearing a feature changes its numbers in all buffers, and no others") {
    RuleMemory<Net> memory(2);
    for (std::size_t k = 0; k < 2; ++k) std::fill_n(memory.buffer(k), Net::parameter_elements, 1.0F);
    const ParameterEntry& entry = Net::parameters[4];
    memory.clear_feature(entry, 2);
    std::size_t cleared = 0;
    for (std::size_t k = 0; k < 2; ++k)
        for (std::size_t i = 0; i < Net::parameter_elements; ++i) {
            const bool inside = i >= entry.offset && i < entry.offset + entry.elements();
            const bool gone = inside && (i - entry.offset) % entry.columns / entry.inner == 2;
            REQUIRE((memory.buffer(k)[i] == 0) == gone);
            cleared += gone;
        }
    CHECK(cleared == 2 * entry.rows * entry.inner);
}

TEST_CASE("restoring replaces all numbers; a moved-from memory still has its size") {
    RuleMemory<Net> memory(1), other(1);
    memory.buffer(0)[5] = 7;
    other.restore(AlignedBuffer<float>(memory.numbers()));
    CHECK(other.buffer(0)[5] == 7);
    const RuleMemory<Net> moved = std::move(memory);
    CHECK(moved.buffer(0)[5] == 7);
    CHECK(memory.numbers().size() == 0);
    CHECK(memory.size() == Net::parameter_elements);
}

}  // namespace learn_rule_memory_test
