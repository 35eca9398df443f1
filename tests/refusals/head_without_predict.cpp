// expect-error: HeadLoss<Classifier, Copies> needs .template <class Backend, class T> static BatchLoss predict
// type: Network
#include <alrao/alrao.hpp>

using namespace alrao;

struct Mine {
    static constexpr std::size_t outputs = 2;
    static constexpr bool standardizes_targets = false;
    static constexpr Facts facts(const Shape& input) { return layers::head_facts(input, 1, 2, false); }
    static constexpr Task task = Task::classification;
};

namespace alrao {
template <std::size_t Copies>
struct HeadLoss<Mine, Copies> {
    using Softmax = HeadLoss<SoftmaxClassifier<2>, Copies>;
    template <class T>
    static std::size_t workspace(std::size_t rows) {
        return Softmax::template workspace<T>(rows);
    }
    template <class Backend, class T>
    static BatchLoss learn(Context<T>& context, const HeadCopies& copies, const Block<T>& scores,
                           const Block<T>& trunk) {
        return Softmax::template learn<Backend, T>(context, copies, scores, trunk);
    }
#ifdef MUST_FAIL
#else
    template <class Backend, class T>
    static BatchLoss predict(Context<T>& context, const HeadCopies& copies, const Block<T>& scores) {
        return Softmax::template predict<Backend, T>(context, copies, scores);
    }
#endif
};
}  // namespace alrao

struct Net : Model<Input<2>, AveragedHead<Mine, 3>> {
    using Model::Model;
};
void f(Net& net, const Dataset<float>& data) { fit(net, Adam{}, data); }
