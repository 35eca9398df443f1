// expect-error: write .using Model::Model;.
// type: Network
#include <alrao/layers/dense.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/model/model.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Model<Input<2>, SoftmaxClassifier<2>> {};
#else
struct Net : Model<Input<2>, SoftmaxClassifier<2>> {
    using Model::Model;
};
#endif

int main() { Net net{Seed{1}}; }
