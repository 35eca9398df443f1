// expect-error: must have a member attach.net. for this model
// type: Network
#include <alrao/alrao.hpp>

using namespace alrao;

struct Net : Model<Input<2>, Dense<4>, ReLU, SoftmaxClassifier<2>> {
    using Model::Model;
};

#ifdef MUST_FAIL
using Attached = int;
#else
using Attached = Net;
#endif

struct Watch {
    struct Run {
        void epoch_end(const EpochEnd&) {}
    };
    static constexpr bool attaches = true;
    Run attach(Attached&) const { return {}; }
};
void f(Net& net, const Dataset<float>& data) { fit(net, Adam{}, data, {}, Watch{}); }
