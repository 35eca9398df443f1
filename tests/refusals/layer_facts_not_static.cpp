// expect-error: facts of a layer must be static
#include <alrao/graph/network.hpp>
#include <alrao/layers/heads.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Mine {
    static constexpr std::string_view name = "Mine";
    constexpr Facts facts(const Shape& input) const { return Facts::same_shape(input); }
};
#else
struct Mine {
    static constexpr std::string_view name = "Mine";
    static constexpr Facts facts(const Shape& input) { return Facts::same_shape(input); }
};
#endif

struct Net : Network<Input<2>, Mine, SoftmaxClassifier<2>> {};
static_assert(sizeof(Net) > 0);
