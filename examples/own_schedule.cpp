// A schedule of your own: cosine annealing with restarts (SGDR).
// [own_schedule]
#include <alrao/alrao.hpp>

#include <cmath>
#include <cstdint>
#include <iostream>
#include <numbers>
#include <vector>
using namespace alrao;

/// Decreases from 1 to 0 along half a cosine in each of `cycles` equal parts of the fit.
/// Source: Loshchilov and Hutter, arXiv 1608.03983, with T_mult = 1.
struct Restarts {
    std::uint64_t cycles = 4;
    std::uint64_t steps = schedule::whole_fit;  ///< total number; default: steps of the fit

    void validate() const {
        if (cycles == 0) throw ArgumentError("Restarts: at least one cycle, got 0");
    }
    /// The factor of all rates at a step, from 0 to 1.
    double operator()(std::uint64_t step) const {
        const double position = schedule::progress(step, steps) * static_cast<double>(cycles);
        return (1 + std::cos(std::numbers::pi * (position - std::floor(position)))) / 2;
    }
    /// `fit` calls this with its number of steps.
    Restarts over(std::uint64_t total) const {
        return {cycles, steps == schedule::whole_fit ? total : steps};
    }
};
// [/own_schedule]

struct Net : Model<Input<2>, Dense<32>, Tanh, AveragedHead<SoftmaxClassifier<2>, 5>> {
    using Model::Model;
};

int main() {
    std::vector<float> points(2000);
    std::vector<std::int32_t> labels(1000);  // 1 if the two coordinates have the same sign, else 0
    Philox random(Seed{1}, 0);
    for (float& x : points) x = static_cast<float>(random.normal());
    for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = points[2 * i] * points[2 * i + 1] > 0;
    const Dataset data(points, labels);
    Net net{Seed{1}};
    AlraoOptimizer optimizer{net, LogUniform{1e-3, 10}, Seed{2}, {.schedule = Restarts{.cycles = 2}}};
    fit(net, optimizer, data, {.epochs = 20}, [&](const EpochEnd& epoch) {
        if (epoch.record.number % 5 == 0)
            std::cout << "epoch " << epoch.record.number << ": factor " << optimizer.schedule_factor() << ", "
                      << epoch.record.training << '\n';
    });
    const Schedule warm = schedule::WarmUp{.steps = 10, .then = Restarts{.cycles = 1}};
    std::cout << "after a warm-up: " << warm.over(110)(9) << ", then " << warm.over(110)(60) << '\n';
    return evaluate(net, data).accuracy > 0.95 ? 0 : 1;
}
