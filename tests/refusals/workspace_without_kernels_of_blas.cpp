// expect: a Workspace whose products go to BLAS needs <alrao/model/predict.hpp>
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

void predict(Room& room, const Net& net, const float* inputs) {
    room.run(net, inputs, 1);
}
