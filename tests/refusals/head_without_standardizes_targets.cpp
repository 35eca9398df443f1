// expect-error: must declare whether its targets are standardised
#include <alrao/graph/network.hpp>
#include <alrao/layers/heads.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Mine {
    static constexpr Task task = Task::classification;
    static constexpr std::size_t outputs = 2;
    static constexpr Facts facts(const Shape& input) { return layers::head_facts(input, 1, 2, false); }
};
#else
struct Mine {
    static constexpr Task task = Task::classification;
    static constexpr std::size_t outputs = 2;
    static constexpr bool standardizes_targets = false;
    static constexpr Facts facts(const Shape& input) { return layers::head_facts(input, 1, 2, false); }
};
#endif

struct Net : Network<Input<2>, AveragedHead<Mine, 3>> {};
static_assert(sizeof(Net) > 0);
