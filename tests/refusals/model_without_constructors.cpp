// expect-error: write .using Model::Model;.
// type: Network
#include <alrao/model/model.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/heads.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Model<Input<2>, SoftmaxClassifier<2>> {};
#else
struct Net : Model<Input<2>, SoftmaxClassifier<2>> {
    using Model::Model;
};
#endif

int main() { Net net{Seed{1}}; }
