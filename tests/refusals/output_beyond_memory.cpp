// expect: described_by<Own>
// expect: needs_sizes_below_the_address_space>
// expect-error: than the address space holds
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/dense.hpp>

using namespace alrao;

/// A user's layer.
struct Own {
    static constexpr std::string_view name = "Own";
    static constexpr Facts facts(const Shape& input) {
        Facts facts = Facts::same_shape(image(std::size_t{1} << 30, std::size_t{1} << 30, 8));
        return facts;
    }
};

#ifdef MUST_FAIL
struct Net : Network<Input<8>, Own> {};
#else
struct Net : Network<Input<8>, Dense<8>> {};
#endif

static_assert(sizeof(Net) > 0);
