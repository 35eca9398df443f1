// expect: described_by<Own>
// expect: needs_equal_feature_counts_in_one_group, 0, 8, 3>
// expect-error: different numbers of features
// type: Network
#include <alrao/graph/network.hpp>

using namespace alrao;

/// A user's layer.
struct Own {
    static constexpr std::string_view name = "Own";
    static constexpr Facts facts(const Shape& input) {
        Facts facts = Facts::same_shape(input);
        facts.parameters.push({.name = "gain", .extents = Extents{8}, .feature_axis = 0});
        facts.parameters.push({.name = "other", .extents = Extents{3}, .feature_axis = 0});
        return facts;
    }
};

/// A user's layer.
struct Good {
    static constexpr std::string_view name = "Own";
    static constexpr Facts facts(const Shape& input) {
        Facts facts = Facts::same_shape(input);
        facts.parameters.push({.name = "gain", .extents = Extents{8}, .feature_axis = 0});
        facts.parameters.push({.name = "other", .extents = Extents{3}, .feature_axis = 0, .group = 1});
        return facts;
    }
};

#ifdef MUST_FAIL
struct Net : Network<Input<8>, Own> {};
#else
struct Net : Network<Input<8>, Good> {};
#endif

static_assert(sizeof(Net) > 0);
