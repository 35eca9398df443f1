#include <alrao/graph/network.hpp>
#include <alrao/layers/conv2d.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/flatten.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/layers/lstm.hpp>
#include <alrao/layers/normalization.hpp>

#include <doctest/doctest.h>

namespace graph_parameter_table_test {

using namespace alrao;

namespace {
using Net =
    Network<Input<6, 6, 3>, Conv2d<5, Kernel<3>>, BatchNorm, Flatten, AveragedHead<SoftmaxClassifier<3>, 7>>;
}  // namespace

TEST_CASE("parameters start at multiples of 16 and do not overlap") {
    std::size_t end = 0;
    for (const ParameterEntry& entry : Net::parameters) {
        CHECK(entry.offset % 16 == 0);
        CHECK(entry.offset >= end);
        end = entry.offset + entry.elements();
        CHECK(entry.elements() >= entry.size());
        CHECK(entry.columns >= entry.features * entry.inner);
    }
    CHECK(Net::parameter_elements >= end);
    CHECK(Net::parameter_elements % 16 == 0);
}

TEST_CASE("columns are the feature axis and the axes after it") {
    const ParameterEntry& weight = Net::parameters[0];
    CHECK(weight.rows == 27);
    CHECK(weight.columns == 5);
    CHECK(weight.inner == 1);
    const ParameterEntry& head = Net::parameters[4];
    CHECK(head.features == 7);
    CHECK(head.inner == 3);
    CHECK(head.rows == 4 * 4 * 5);
    CHECK(head.columns == 32);
    CHECK(head.copies == 7);
}

TEST_CASE("groups are numbered over the whole network") {
    CHECK(Net::parameters[0].group == Net::parameters[1].group);
    CHECK(Net::parameters[2].group == Net::parameters[0].group + 1);
    CHECK(Net::parameters[2].group == Net::parameters[3].group);
    CHECK(Net::parameters[2].official_group != Net::parameters[3].official_group);
    CHECK(Net::feature_count == 5 + 5);
    using Recurrent = Network<Sequence<4>, LSTM<8>, Dense<3>>;
    CHECK(Recurrent::parameters[0].official_features == 32);
    CHECK(Recurrent::parameters[0].official_group != Recurrent::parameters[1].official_group);
    CHECK(Recurrent::feature_count == 8 + 3);
}

TEST_CASE("statistics have offsets at multiples of 16") {
    static_assert(Net::statistics.size() == 2);
    CHECK(Net::statistics[1].offset == 16);
    CHECK(Net::statistic_elements == 32);
    CHECK(Net::statistics[1].name == "running_variance");
}

}  // namespace graph_parameter_table_test
