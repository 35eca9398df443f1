// expect: described_by<Own>
// expect: receives<alrao::shape<8>
// expect: needs<alrao::Reason::needs_a_feature_axis_for_parameter, 0>
// expect-error: has no .feature_axis
// type: Network
#include <alrao/graph/network.hpp>

using namespace alrao;

/// A user's layer.
struct Own {
    static constexpr std::string_view name = "Own";
    static constexpr Facts facts(const Shape& input) {
        Facts facts = Facts::same_shape(input);
        facts.parameters.push({.name = "gain", .extents = Extents{input.channels()}});
        return facts;
    }
};

/// A user's layer.
struct Good {
    static constexpr std::string_view name = "Own";
    static constexpr Facts facts(const Shape& input) {
        Facts facts = Facts::same_shape(input);
        facts.parameters.push({.name = "gain", .extents = Extents{input.channels()}, .feature_axis = 0});
        return facts;
    }
};

#ifdef MUST_FAIL
struct Net : Network<Input<8>, Own> {};
#else
struct Net : Network<Input<8>, Good> {};
#endif

static_assert(sizeof(Net) > 0);
