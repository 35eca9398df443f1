// expect-error: a head of your own must have .static constexpr Task task
#include <alrao/train/task.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Mine {
    static constexpr std::size_t outputs = 2;
    static constexpr bool standardizes_targets = false;
    static constexpr Facts facts(const Shape& input) { return layers::head_facts(input, 1, 2, false); }
};
#else
struct Mine {
    static constexpr std::size_t outputs = 2;
    static constexpr bool standardizes_targets = false;
    static constexpr Facts facts(const Shape& input) { return layers::head_facts(input, 1, 2, false); }
    static constexpr Task task = Task::classification;
};
#endif

struct Net : Model<Input<2>, AveragedHead<Mine, 3>> {
    using Model::Model;
};
static_assert(task_of<Net> == Task::classification);
