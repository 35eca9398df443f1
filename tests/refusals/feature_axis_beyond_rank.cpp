// expect: described_by<Own>
// expect: needs_a_feature_axis_below_rank_of_parameter, 0, 1, 1>
// expect-error: is not below its rank
// type: Network
#include <alrao/graph/network.hpp>

using namespace alrao;

/// A user's layer.
struct Own {
    static constexpr std::string_view name = "Own";
    static constexpr Facts facts(const Shape& input) {
        Facts facts = Facts::same_shape(input);
        facts.parameters.push({.name = "gain", .extents = Extents{input.channels()}, .feature_axis = 1});
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
