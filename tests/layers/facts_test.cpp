#include <alrao/layers/facts.hpp>

#include <doctest/doctest.h>

namespace layers_facts_test {

using namespace alrao;

namespace {
struct Identity {
    static constexpr std::string_view name = "Identity";
    static constexpr Facts facts(const Shape& input) { return Facts::same_shape(input); }
};
struct Nameless {
    static constexpr Facts facts(const Shape& input) { return Facts::same_shape(input); }
};
}  // namespace

TEST_CASE("a descriptor has a name and facts") {
    static_assert(Descriptor<Identity> && !Descriptor<Nameless> && !Descriptor<int>);
    CHECK(Identity::facts(features(3)).output == features(3));
}

TEST_CASE("a refusal is a reason with numbers") {
    constexpr Facts facts = Facts::refused(Refusal{Reason::needs_flat_input_use_Flatten, 1, 3});
    static_assert(facts.refusal && !Refusal{});
    static_assert(facts.refusal.count == 2 && facts.refusal.number[1] == 3);
    CHECK(!Facts{}.refusal);
}

TEST_CASE("a parameter has no feature axis by default") { CHECK(Parameter{}.feature_axis == no_axis); }

}  // namespace layers_facts_test
