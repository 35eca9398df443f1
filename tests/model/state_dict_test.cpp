#include <alrao/layers/activation.hpp>
#include <alrao/layers/composition.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/layers/normalization.hpp>
#include <alrao/model/state_dict.hpp>

#include <doctest/doctest.h>

namespace model_state_dict_test {

using namespace alrao;

namespace {
struct StoredNet : Model<Input<7>, Dense<5>, BatchNorm, ReLU, Residual<Dense<5>, ReLU>,
                         AveragedHead<SoftmaxClassifier<3>, 4>> {
    using Model::Model;
};
}  // namespace

TEST_CASE("names are path and name of each array, in order; extents exclude padding") {
    const StoredNet net(Seed{1});
    const auto arrays = state_dict(net);
    std::vector<std::string> names;
    std::size_t numbers = 0;
    for (const auto& array : arrays) {
        names.push_back(array.name);
        std::size_t size = 1;
        for (const std::size_t extent : array.extents) size *= extent;
        CHECK(size == array.rows * array.width);
        CHECK(array.pitch >= array.width);
        numbers += size;
    }
    CHECK(names == std::vector<std::string>{"0.weight", "0.bias", "1.scale", "1.shift", "3.0.weight",
                                            "3.0.bias", "4.weight", "4.bias", "1.running_mean",
                                            "1.running_variance"});
    CHECK(arrays[6].extents == std::vector<std::size_t>{5, 4, 3});
    CHECK(arrays[6].width == 12);
    CHECK(arrays[6].pitch == 16);
    CHECK(numbers == StoredNet::parameter_count + 10);
}

TEST_CASE("arrays refer to the model's memory; they are const if the model is") {
    StoredNet net(Seed{1});
    *state_dict(net)[0].data = 42;
    CHECK(net.parameter_buffer()[0] == 42);
    static_assert(
        std::is_same_v<decltype(state_dict(std::declval<const StoredNet&>())[0].data), const float*>);
}

}  // namespace model_state_dict_test
