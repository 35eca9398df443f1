// expect-error: the first argument of a model is its input
// type: Network
#include <alrao/layers/dense.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/model/model.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Model<Dense<4>, SoftmaxClassifier<2>> {
    using Model::Model;
};
#else
struct Net : Model<Input<2>, Dense<4>, SoftmaxClassifier<2>> {
    using Model::Model;
};
#endif

int main() { Net net{Seed{1}}; }
