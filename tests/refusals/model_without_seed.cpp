// expect-error: a model needs a seed for its initial parameters
// type: Network
#include <alrao/layers/dense.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/model/model.hpp>

using namespace alrao;

struct Net : Model<Input<2>, SoftmaxClassifier<2>> {
    using Model::Model;
};

#ifdef MUST_FAIL
int main() { Net net; }
#else
int main() { Net net{Seed{1}}; }
#endif
