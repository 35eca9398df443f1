// alone: the umbrella has the kernels
// expect-error: a Workspace whose products go to BLAS needs <alrao/model/predict.hpp>
// type: Net
#include <alrao/inference.hpp>

using namespace alrao;

struct Net : Model<Input<4>, Dense<3>, ReLU> {
    using Model::Model;
};

#ifdef MUST_FAIL
using Room = Workspace<Net, Cblas<>>;
#else
using Room = Predictor<Net>;
#endif

void predict(const Net& net, const float* inputs) {
    Threads threads(1);
    Room(1, threads).run(net, inputs, 1);
}
