#include <alrao/layers/activation.hpp>
#include <alrao/layers/composition.hpp>
#include <alrao/layers/dense.hpp>

#include <doctest/doctest.h>

namespace layers_composition_test {

using namespace alrao;
using namespace alrao::layers;

TEST_CASE("a Shortcut must be the last argument of a Residual") {
    static_assert(shortcut_only_last<ReLU, Shortcut<ReLU>> && shortcut_only_last<> &&
                  shortcut_only_last<ReLU>);
    static_assert(!shortcut_only_last<Shortcut<ReLU>, ReLU>);
    CHECK(!shortcut_only_last<Shortcut<>, Shortcut<>>);
}

namespace {

struct Sound {
    static constexpr std::string_view name = "Sound";
    static constexpr Facts facts(const Shape& input) { return Facts::same_shape(input); }
};
class AllPrivate {
    static constexpr std::string_view name = "AllPrivate";
    static constexpr Facts facts(const Shape& input) { return Facts::same_shape(input); }
};
struct NameOfAnObject {
    std::string_view name = "NameOfAnObject";
    static constexpr Facts facts(const Shape& input) { return Facts::same_shape(input); }
};
struct NameAtRunTime {
    inline static std::string_view name = "NameAtRunTime";
    static constexpr Facts facts(const Shape& input) { return Facts::same_shape(input); }
};
struct FactsByPointer {
    static constexpr std::string_view name = "FactsByPointer";
    static constexpr Facts (*facts)(const Shape&) = &Sound::facts;
};
struct OtherTraits : Sound {
    static constexpr bool kernel_traits(const Shape&) { return true; }
};

}  // namespace

TEST_CASE("descriptor_fault finds the first fault of a type that is not a descriptor") {
    using F = DescriptorFault;
    static_assert(descriptor_fault<Sound>() == F::none);
    static_assert(descriptor_fault<AllPrivate>() == F::no_descriptor);
    static_assert(descriptor_fault<Sound*>() == F::no_descriptor);
    static_assert(descriptor_fault<NameOfAnObject>() == F::name);
    static_assert(descriptor_fault<NameAtRunTime>() == F::name);
    static_assert(descriptor_fault<FactsByPointer>() == F::facts);
    CHECK(descriptor_fault<OtherTraits>() == F::kernel_traits);
}

}  // namespace layers_composition_test
