// An averaging policy of your own: Bayes' rule with exponential forgetting.
// [own_averaging]
#include <alrao/alrao.hpp>
#include <alrao/check.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <span>
#include <vector>
using namespace alrao;

/// The weight of copy j is proportional to exp(s_j), where s_j <- keep s_j + l_j is a discounted sum of its
/// log-likelihoods l_j: the influence of a batch is halved after log(1/2) / log(keep) further batches.
struct Discounted {
    static constexpr std::string_view name = "Discounted";
    double keep = 0.99;  ///< from 0 to below 1

    void validate() const {
        if (!(keep >= 0 && keep < 1)) throw ArgumentError("Discounted: keep must be from 0 to below 1");
    }
    /// The s_j are stored in Posterior::memory. Only the policy reads them; model files contain them unchanged.
    static std::size_t memory_size(std::size_t copies) { return copies; }
    static void begin(Posterior& posterior) { posterior.memory = posterior.log_weights; }

    Evidence update(Posterior& posterior, std::span<const double> log_likelihoods) const {
        std::vector<double>& sums = posterior.memory;
        const auto next = [&](std::size_t j) {
            const double l = log_likelihoods[j];
            return is_finite(l) && is_finite(sums[j]) ? keep * sums[j] + l : log_zero;
        };
        double best = log_zero;
        for (std::size_t j = 0; j < sums.size(); ++j) best = std::max(best, next(j));
        if (!is_finite(best)) return Evidence::unusable;  // no copy is finite: the posterior must not change
        for (std::size_t j = 0; j < sums.size(); ++j) sums[j] = next(j) - best;
        const double total = log_sum(sums);
        for (std::size_t j = 0; j < sums.size(); ++j) posterior.log_weights[j] = sums[j] - total;
        ++posterior.steps;
        return Evidence::used;
    }
};
// [/own_averaging]

struct Net : Model<Input<2>, Dense<32>, Tanh, AveragedHead<SoftmaxClassifier<2>, 5>> {
    using Model::Model;
};

int main() {
    const CheckReport report = check_averaging(Discounted{.keep = 0.95});
    std::cout << report << '\n';
    std::vector<float> points(2000);
    std::vector<std::int32_t> labels(1000);  // 1 if the two coordinates have the same sign, else 0
    Philox random(Seed{1}, 0);
    for (float& x : points) x = static_cast<float>(random.normal());
    for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = points[2 * i] * points[2 * i + 1] > 0;
    const Dataset data(points, labels);
    Net net{Seed{1}};
    AlraoOptimizer optimizer{net, LogUniform{1e-4, 10}, Seed{2}, {.averaging = Discounted{.keep = 0.95}}};
    fit(net, optimizer, data, {.epochs = 20});
    std::cout << evaluate(net, data) << "; weights of the copies by " << net.posterior().policy << ":";
    for (const double weight : net.posterior().weights()) std::cout << ' ' << weight;
    std::cout << '\n';
    return report && evaluate(net, data).accuracy > 0.9 ? 0 : 1;
}
