// expect-error: a model.s numbers are float or double
#include <alrao/model/model.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/heads.hpp>

using namespace alrao;

#ifdef MUST_FAIL
using Number = int;
#else
using Number = double;
#endif

struct Net : Model<Number, Input<2>, SoftmaxClassifier<2>> {
    using Model::Model;
};
int main() { Net net{Seed{1}}; }
