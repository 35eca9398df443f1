#include <alrao/layers/activation.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/layers/normalization.hpp>
#include <alrao/model/model.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <type_traits>

namespace model_model_test {

using namespace alrao;

namespace {
struct Net : Model<Input<7>, Normalize, Dense<5>, ReLU, AveragedHead<SoftmaxClassifier<3>, 4>> {
    using Model::Model;
};
struct Longer : Model<Input<7>, Normalize, Dense<5>, ReLU, Dense<4>, SoftmaxClassifier<3>> {
    using Model::Model;
};
}  // namespace

TEST_CASE("the scalar type of a model is float or double") {
    static_assert(detail::begins_with_another_number<long double, Input<2>>);
    static_assert(detail::begins_with_another_number<int, Input<2>>);
    static_assert(!detail::begins_with_another_number<double, Input<2>>);
    static_assert(!detail::begins_with_another_number<Input<2>>);
    CHECK(true);
}

TEST_CASE("equal seeds give equal bits, different seeds different ones") {
    const Net a(Seed{1}), b(Seed{1}), c(Seed{2});
    CHECK(std::ranges::equal(a.parameter_buffer(), b.parameter_buffer()));
    CHECK_FALSE(std::ranges::equal(a.parameter_buffer(), c.parameter_buffer()));
}

TEST_CASE("appended layers do not change the initial parameters of previous ones") {
    const Net a(Seed{1});
    const Longer b(Seed{1});
    for (std::size_t p = 0; p < 2; ++p) {
        const ParameterEntry& entry = Net::parameters[p];
        REQUIRE(Longer::parameters[p].offset == entry.offset);
        CHECK(std::equal(
            a.parameter_buffer().begin() + static_cast<std::ptrdiff_t>(entry.offset),
            a.parameter_buffer().begin() + static_cast<std::ptrdiff_t>(entry.offset + entry.elements()),
            b.parameter_buffer().begin() + static_cast<std::ptrdiff_t>(entry.offset)));
    }
}

TEST_CASE("copies of a head have different initial parameters") {
    const Net net(Seed{1});
    const ParameterEntry& weight = Net::parameters[2];
    REQUIRE(weight.copies == 4);
    const float* row = net.parameter_buffer().data() + weight.offset;
    for (std::size_t copy = 1; copy < 4; ++copy) CHECK(row[0] != row[copy * weight.inner]);
}

TEST_CASE("a model is a value: copies are independent") {
    Net original(Seed{1});
    Net copy = original;
    copy.parameter_buffer()[0] += 1;
    copy.statistic_buffer()[0] += 1;
    copy.posterior().steps = 5;
    const Net fresh(Seed{1});
    CHECK(std::ranges::equal(original.parameter_buffer(), fresh.parameter_buffer()));
    CHECK(std::ranges::equal(original.statistic_buffer(), fresh.statistic_buffer()));
    CHECK(original.posterior() == fresh.posterior());
    original = copy;
    CHECK(original.parameter_buffer()[0] == copy.parameter_buffer()[0]);
    CHECK(original.posterior().steps == 5);
}

TEST_CASE("statistics have the initial values of their layer; the posterior has the copies of the head") {
    const Net net(Seed{1});
    for (const StatisticEntry& entry : Net::statistics)
        for (std::size_t i = 0; i < entry.size; ++i)
            CHECK(net.statistic_buffer()[entry.offset + i] == static_cast<float>(entry.initial));
    CHECK(net.posterior().copies() == 4);
    CHECK(Longer(Seed{1}).posterior().copies() == 1);
    Net other = net;
    CHECK_NOTHROW(require_numbers(other));
    other.posterior() = Posterior(3);
    CHECK_THROWS_WITH_AS(require_numbers(other), doctest::Contains("its posterior has 3"), ArgumentError);
}

TEST_CASE("memory is a compile-time constant in bytes") {
    struct Double : Model<double, Input<7>, Dense<5>, SoftmaxClassifier<3>> {
        using Model::Model;
    };
    static_assert(Net::memory(8) == 4 * Net::training_elements(8));
    static_assert(Double::memory(8) == 8 * Double::training_elements(8));
    static_assert(Net::prediction_memory(8) < Net::memory(8));
    static_assert(TrainableModel<Net> && !TrainableModel<int>);
    static_assert(std::is_constructible_v<Net, Seed>);  // explicit; `= Seed{1}` is refused with a message
    static_assert(std::is_same_v<Double::scalar, double>);
}

}  // namespace model_model_test
