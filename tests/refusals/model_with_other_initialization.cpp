// expect-error: an initialisation is called as
// type: Network
#include <alrao/layers/dense.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/model/model.hpp>

using namespace alrao;

struct Net : Model<Input<2>, SoftmaxClassifier<2>> {
    using Model::Model;
};

#ifdef MUST_FAIL
struct Ones {
    void operator()(const ParameterEntry&, float*) const {}
};
#else
struct Ones {
    void operator()(const ParameterEntry&, float*, Philox&) const {}
};
#endif

int main() { Net net{Seed{1}, Ones{}}; }
