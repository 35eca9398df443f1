// Measures what the optimizers cost beside NAdamW with one rate, in interleaved pairs of training steps.
//
// usage: bench_steps_optimizers (mlp|cnn) [THREADS [PAIRS]]
// mlp: 784-512-512-10, batch 128. cnn: SmallVGG, batch 128. Both heads have the same number of copies, so that only the
// optimizers differ.

#include "../mlp.hpp"
#include "../steps.hpp"
#include "../threads.hpp"
#include "../timing.hpp"

#include <alrao/alrao.hpp>
#include <alrao/learn/dog.hpp>
#include <alrao/learn/prodigy.hpp>
#include <alrao/learn/schedule_free.hpp>
#include <alrao/zoo/vgg.hpp>

#include <cstdlib>
#include <iostream>
#include <string>

namespace {

using namespace alrao;

struct Mlp : Model<Input<784>, Dense<512>, ReLU, Dense<512>, ReLU, AveragedHead<SoftmaxClassifier<10>, 5>> {
    using Mlp::Model::Model;
};
using Cnn = zoo::SmallVGG<AveragedHead<SoftmaxClassifier<10>, 5>>;

constexpr std::uint64_t steps = 1'000'000;  // of the schedule: the rates hardly change
const Schedule schedule = schedule::WarmUpHoldDecay{.steps = steps};

template <class Net, class Spec>
auto one_rate(Threads& threads, const Spec& spec) {
    using Optimizer = OneRateOptimizer<Net, typename Spec::Rule>;
    return bench::Steps<Net, Optimizer>(
        128, threads, [&](const Net& net) { return Optimizer(net, spec, {.schedule = schedule}); });
}
template <class Net>
auto measured(Threads& threads, const MeasuredRates& rates) {
    using Optimizer = AlraoOptimizer<Net>;
    return bench::Steps<Net, Optimizer>(128, threads, [&](const Net& net) {
        Optimizer optimizer(net, rates, Seed{2});
        optimizer.close_schedule(steps);
        return optimizer;
    });
}

template <class Net>
int run(std::size_t pairs, int count) {
    Threads threads(count);
    auto reference = one_rate<Net>(threads, NAdamW{.rate = 1e-7});
    const auto compare = [&](const char* name, auto&& other) {
        const bench::PairedRatio ratio = bench::paired_ratio(pairs, 0.3, reference, other);
        std::cout << name << ": " << 100 * (ratio.figure() - 1) << " %  [" << 100 * (ratio.low() - 1)
                  << " .. " << 100 * (ratio.high() - 1) << "], " << pairs << " pairs" << std::endl;
    };
    std::cout << "time of a step beside NAdamW with one rate, " << count << " thread(s), "
              << build_info().instruction_set << '\n';
    compare("NAdamW again             ", one_rate<Net>(threads, NAdamW{.rate = 1e-7}));
    compare("the default              ", measured<Net>(threads, {}));
    MeasuredRates whole;
    whole.centre = centre::Measured{.every = 1};
    compare("centres from all numbers ", measured<Net>(threads, whole));
    compare("Prodigy                  ", one_rate<Net>(threads, Prodigy{}));
    compare("L-DoG                    ", one_rate<Net>(threads, LDog{}));
    compare("schedule-free AdamW      ", one_rate<Net>(threads, ScheduleFreeAdamW{.rate = 1e-7}));
    compare("schedule-free SGD        ", one_rate<Net>(threads, ScheduleFreeSgd{.rate = 1e-7}));
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    bench::give_threads(arguments, 2);
    const std::string net = count > 1 ? arguments[1] : "mlp";
    const int threads = count > 2 ? std::atoi(arguments[2]) : 1;
    const auto pairs = static_cast<std::size_t>(count > 3 ? std::atoi(arguments[3]) : 11);
    return net == "cnn" ? run<Cnn>(pairs, threads) : run<Mlp>(pairs, threads);
}
