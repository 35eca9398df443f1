// A head of your own: regression by the absolute error, robust against outliers.
// [own_head]
#include <alrao/alrao.hpp>
#include <alrao/check.hpp>

#include <cmath>
#include <iostream>
#include <vector>
using namespace alrao;

/// One output m with a Laplace likelihood, -ln p(y) = |y - m| + ln 2: it learns the median of the targets.
struct LaplaceRegressor {
    static constexpr std::string_view name = "LaplaceRegressor";
    static constexpr std::size_t outputs = 1;
    static constexpr bool standardizes_targets = false;
    static constexpr Task task = Task::regression;
    static constexpr Facts facts(const Shape& input) { return layers::head_facts(input, 1, outputs, false); }

    static double log_density(double m, double y) { return -std::abs(y - m) - std::log(2); }
    static double slope(double m, double y) { return (m > y) - (m < y); }  // d(-log_density) / dm

    /// The loss of the copies. `DensityLoss` uses the two functions above; a loss written by hand must have
    /// the members of `HeadLoss`.
    template <std::size_t Copies>
    using Loss = DensityLoss<LaplaceRegressor, Copies>;
};

struct Net : Model<Input<1>, Dense<32>, Tanh, AveragedHead<LaplaceRegressor, 5>> {
    using Model::Model;
};
// [/own_head]

int main() {
    const CheckReport report = check_head<LaplaceRegressor>();
    std::cout << report << '\n';
    std::vector<float> x, y, at, sine;
    Philox random(Seed{1}, 0);
    for (int i = 0; i < 1000; ++i) {
        x.push_back(static_cast<float>(4 * random.uniform() - 2));
        const bool outlier = random.uniform() < 0.1;
        y.push_back(static_cast<float>(std::sin(2 * x.back()) + (outlier ? 20 : 0.05 * random.normal())));
    }
    for (int i = -38; i <= 38; ++i)
        at.push_back(0.05F * static_cast<float>(i)), sine.push_back(std::sin(2 * at.back()));
    Net net{Seed{1}};
    AlraoOptimizer optimizer{net, LogUniform{1e-4, 1}, Seed{2}, {.schedule = schedule::Linear{}}};
    fit(net, optimizer, Dataset(x, y), {.epochs = 60});
    const Evaluation result = evaluate(net, Dataset(at, sine));
    std::cout << "on the curve without outliers: " << result << '\n';
    return report && result.rmse < 0.2 ? 0 : 1;
}
