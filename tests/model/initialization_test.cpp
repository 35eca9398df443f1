#include <alrao/layers/dense.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/layers/input.hpp>
#include <alrao/layers/lstm.hpp>
#include <alrao/layers/normalization.hpp>
#include <alrao/model/initialization.hpp>
#include <alrao/model/model.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace model_initialization_test {

using namespace alrao;

namespace {
struct InitialNet : Model<double, Input<200>, Dense<100>, BatchNorm, AveragedHead<SoftmaxClassifier<10>, 3>> {
    using Model::Model;
};

struct Spread {
    double mean = 0, variance = 0, largest = 0;
};
Spread spread(const InitialNet& net, std::size_t p) {
    const ParameterEntry& entry = InitialNet::parameters[p];
    std::vector<double> numbers;
    for (std::size_t r = 0; r < entry.rows; ++r)
        for (std::size_t c = 0; c < entry.columns; ++c) {
            const double x = net.parameter_buffer()[entry.offset + r * entry.columns + c];
            if (c < entry.features * entry.inner) numbers.push_back(x);
            else CHECK(x == 0);  // padding
        }
    Spread s;
    const double n = static_cast<double>(numbers.size());
    for (const double x : numbers) s.mean += x / n, s.largest = std::max(s.largest, std::abs(x));
    for (const double x : numbers) s.variance += (x - s.mean) * (x - s.mean) / n;
    return s;
}
}  // namespace

TEST_CASE("PyTorchInitialization is the default: uniform in +-1/sqrt(fan_in), scales 1, shifts 0") {
    const InitialNet net(Seed{1});
    const double bound = 1 / std::sqrt(200.0), head = 1 / std::sqrt(100.0);
    const Spread weight = spread(net, 0);
    CHECK(weight.largest < bound);
    CHECK(weight.largest > 0.999 * bound);
    CHECK(weight.variance == doctest::Approx(bound * bound / 3).epsilon(0.02));
    CHECK(std::abs(weight.mean) < 5 * bound / std::sqrt(3 * 20000.0));
    CHECK(spread(net, 1).largest < bound);
    CHECK(spread(net, 1).largest > 0.9 * bound);
    CHECK(spread(net, 2).mean == doctest::Approx(1).epsilon(1e-12));
    CHECK(spread(net, 2).variance < 1e-25);
    CHECK(spread(net, 3).largest == 0);
    CHECK(spread(net, 4).largest < head);
    CHECK(spread(net, 4).variance == doctest::Approx(head * head / 3).epsilon(0.05));
}

TEST_CASE("Xavier: uniform in +-sqrt(6 / (fan_in + fan_out)); He: variance 2 / fan_in; biases 0") {
    const InitialNet xavier(Seed{1}, XavierInitialization{}), he(Seed{1}, HeInitialization{});
    const double bound = std::sqrt(6.0 / 300);
    CHECK(spread(xavier, 0).largest < bound);
    CHECK(spread(xavier, 0).largest > 0.999 * bound);
    CHECK(spread(xavier, 0).variance == doctest::Approx(bound * bound / 3).epsilon(0.02));
    CHECK(spread(xavier, 1).largest == 0);
    CHECK(spread(xavier, 2).mean == doctest::Approx(1).epsilon(1e-12));
    CHECK(spread(he, 0).variance == doctest::Approx(2.0 / 200).epsilon(0.03));
    CHECK(spread(he, 0).largest > 3 * std::sqrt(2.0 / 200));
    CHECK(spread(he, 1).largest == 0);
}

TEST_CASE("Xavier and He: recurrent weights use the fans of their products, biases start at 0") {
    using Read = Network<Sequence<24>, LSTM<48>>;
    const auto spread_of = [](const auto& policy, std::size_t p) {
        const ParameterEntry& entry = Read::parameters[p];
        std::vector<double> numbers(entry.elements());
        Philox random(Seed{1}, p);
        policy(entry, numbers.data(), random);
        double squares = 0, largest = 0;
        for (const double x : numbers) squares += x * x, largest = std::max(largest, std::abs(x));
        return std::pair(squares / static_cast<double>(numbers.size()), largest);
    };
    CHECK(spread_of(HeInitialization{}, 0).first == doctest::Approx(2.0 / 24).epsilon(0.05));
    CHECK(spread_of(HeInitialization{}, 1).first == doctest::Approx(2.0 / 48).epsilon(0.05));
    CHECK(spread_of(XavierInitialization{}, 0).second == doctest::Approx(std::sqrt(6.0 / 72)).epsilon(0.01));
    for (const std::size_t bias : {2U, 3U}) {
        CHECK(spread_of(HeInitialization{}, bias).second == 0);
        CHECK(spread_of(XavierInitialization{}, bias).second == 0);
    }
    for (const std::size_t p : {0U, 1U, 2U, 3U})  // PyTorch: bound 1 / sqrt(hidden) for all of them
        CHECK(spread_of(PyTorchInitialization{}, p).second ==
              doctest::Approx(1 / std::sqrt(48.0)).epsilon(0.02));
}

TEST_CASE("AlraoTextInitialization: embeddings are uniform in +-0.1, all else as in PyTorch") {
    ParameterEntry entry{
        .extents = Extents{50, 20}, .role = Role::embedding, .features = 20, .rows = 50, .columns = 20};
    std::vector<double> text(1000), torch(1000);
    Philox a(Seed{3}, 0), b(Seed{3}, 0);
    AlraoTextInitialization{}(entry, text.data(), a);
    PyTorchInitialization{}(entry, torch.data(), b);
    CHECK(*std::max_element(text.begin(), text.end()) <= 0.1);
    CHECK(*std::max_element(text.begin(), text.end()) > 0.095);
    CHECK(*std::max_element(torch.begin(), torch.end()) > 2);
    const InitialNet net(Seed{1}), same(Seed{1}, AlraoTextInitialization{});
    CHECK(std::ranges::equal(net.parameter_buffer(), same.parameter_buffer()));
}

TEST_CASE("ScaledHead multiplies the parameters of the head, and no others") {
    const InitialNet usual(Seed{1}), scaled(Seed{1}, ScaledHead<>{}), by_he(Seed{1}, HeInitialization{}),
        by_he_scaled(Seed{1}, ScaledHead<HeInitialization>{.factor = 2});
    for (const ParameterEntry& entry : InitialNet::parameters)
        for (std::size_t i = entry.offset; i < entry.offset + entry.elements(); ++i) {
            const bool head = entry.copies > 0;
            REQUIRE(scaled.parameter_buffer()[i] == (head ? 0.1 : 1.0) * usual.parameter_buffer()[i]);
            REQUIRE(by_he_scaled.parameter_buffer()[i] == (head ? 2.0 : 1.0) * by_he.parameter_buffer()[i]);
        }
    struct Plain : Model<double, Input<20>, Dense<10>, SoftmaxClassifier<3>> {
        using Model::Model;
    };
    const Plain plain(Seed{1}), plain_scaled(Seed{1}, ScaledHead<>{});
    const std::size_t first = Plain::parameters[2].offset;
    CHECK(plain_scaled.parameter_buffer()[first] == 0.1 * plain.parameter_buffer()[first]);
    CHECK(plain_scaled.parameter_buffer()[0] == plain.parameter_buffer()[0]);
}

}  // namespace model_initialization_test
