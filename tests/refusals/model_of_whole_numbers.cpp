// expect-error: a model.s numbers are float or double
#include <alrao/layers/dense.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/model/model.hpp>

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
