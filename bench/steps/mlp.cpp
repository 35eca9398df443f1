// Measures training steps of the MLP 784-512-512-10 with random inputs.
//
// usage: bench_steps_mlp BATCH THREADS SECONDS
//            one line for bench/beside.py: median milliseconds of a plain SGD step, additional memory
//        bench_steps_mlp cost [THREADS]
//            the additional time of an Alrao step, relative to plain SGD, and of the guard, relative to no guard,
//            measured in interleaved pairs
//        bench_steps_mlp once (on|off) STEPS
//            trains for STEPS Alrao steps with the guard on or off and prints nothing, for counting instructions

#include "../mlp.hpp"
#include "../report.hpp"
#include "../steps.hpp"
#include "../threads.hpp"
#include "../timing.hpp"

#include <cstdlib>
#include <iostream>
#include <string>

namespace {

using namespace alrao;

constexpr std::size_t cost_batch = 128;

OptimizerOptions guarded(OnDivergence policy) {
    OptimizerOptions options;
    options.guard = policy == OnDivergence::throw_ ? guard_of_one_rate : Guard{.policy = policy};
    return options;
}

auto plain_steps(std::size_t batch, Threads& threads, OnDivergence policy) {
    using Optimizer = OneRateOptimizer<bench::PlainMlp, rule::Sgd>;
    return bench::Steps<bench::PlainMlp, Optimizer>(batch, threads, [&](const bench::PlainMlp& net) {
        return Optimizer(net, Sgd{.rate = 0.01}, guarded(policy));
    });
}

// With rates this small, training does not diverge and no feature is pruned, so all runs do the same work.
auto alrao_steps(std::size_t batch, Threads& threads, OnDivergence policy) {
    using Optimizer = AlraoOptimizer<bench::AlraoMlp>;
    return bench::Steps<bench::AlraoMlp, Optimizer>(batch, threads, [&](const bench::AlraoMlp& net) {
        return Optimizer(net, LogUniform{1e-5, 1e-2}, Seed{2}, {}, guarded(policy));
    });
}

void print(const char* what, const bench::PairedRatio& ratio) {
    std::cout << what << ": " << 100 * (ratio.figure() - 1) << " %  [" << 100 * (ratio.low() - 1) << " .. "
              << 100 * (ratio.high() - 1) << "], " << ratio.sorted.size() << " pairs\n";
}

int cost(int thread_count) {
    Threads threads(thread_count);
    auto plain = plain_steps(cost_batch, threads, OnDivergence::throw_);
    auto averaged = alrao_steps(cost_batch, threads, OnDivergence::quarantine);
    auto unguarded = alrao_steps(cost_batch, threads, OnDivergence::ignore);
    std::cout << "MLP 784-512-512-10, batch " << cost_batch << ", " << thread_count << " thread(s), "
              << build_info().instruction_set << '\n';
    print("additional time of Alrao with 10 copies, relative to plain SGD",
          bench::paired_ratio(11, 0.3, plain, averaged));
    print("additional time of the guard, relative to no guard",
          bench::paired_ratio(21, 0.3, unguarded, averaged));
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    bench::give_threads(arguments, 1);
    const std::string first = count > 1 ? arguments[1] : "";
    if (first == "cost") return cost(count > 2 ? std::atoi(arguments[2]) : 1);
    if (first == "once" && count == 4) {
        Threads threads(1);
        auto steps =
            alrao_steps(cost_batch, threads,
                        std::string(arguments[2]) == "on" ? OnDivergence::quarantine : OnDivergence::ignore);
        for (int i = 0; i < std::atoi(arguments[3]); ++i) steps();
        return 0;
    }
    if (count != 4) {
        std::cerr << "usage: bench_steps_mlp BATCH THREADS SECONDS | cost [THREADS] | once "
                     "(on|off) STEPS\n";
        return 2;
    }
    const double before = bench::resident_megabytes();
    Threads threads(std::atoi(arguments[2]));
    auto steps =
        plain_steps(static_cast<std::size_t>(std::atol(arguments[1])), threads, OnDivergence::throw_);
    const double loss = steps.step();
    bench::report(bench::median_milliseconds(std::atof(arguments[3]), [&] { steps(); }), before,
                  {bench::PlainMlp::network::parameter_count, loss});
    return 0;
}
