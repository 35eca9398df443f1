// expect-error: this head has no loss
#include <alrao/alrao.hpp>

using namespace alrao;

struct Mine {
    static constexpr std::size_t outputs = 2;
    static constexpr bool standardizes_targets = false;
    static constexpr Facts facts(const Shape& input) { return layers::head_facts(input, 1, 2, false); }
    static constexpr Task task = Task::classification;
};

#ifdef MUST_FAIL

#else
namespace alrao {
template <std::size_t Copies>
struct HeadLoss<Mine, Copies> : HeadLoss<SoftmaxClassifier<2>, Copies> {};
}  // namespace alrao
#endif

struct Net : Model<Input<2>, AveragedHead<Mine, 3>> {
    using Model::Model;
};
void f(Net& net, const Dataset<float>& data) { fit(net, Adam{}, data); }
