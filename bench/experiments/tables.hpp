#pragma once

// Tables of results, on stdout.

#include "results.hpp"

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

namespace experiments {

inline void print_build(const Settings& settings, const std::string& network) {
    const BuildInfo build = build_info();
    std::cout << "alrao " << build.version << ", " << build.compiler << ", " << build.instruction_set
              << ", products by " << build.backend << ", " << settings.threads
              << (settings.threads == 1 ? " thread" : " threads") << "\n"
              << "network " << network << ", batch " << settings.batch << ", " << settings.epochs
              << " epochs, schedule " << settings.schedule << "\n\n";
}

/// Prints the step at which a run diverged, counted from 0, as DivergenceError does.
inline void print_divergence(const Result& r) {
    std::printf("diverged at step %llu\n", static_cast<unsigned long long>(r.diverged - 1));
}

inline void print_results(const std::vector<Result>& results) {
    std::printf("%-28s %5s %10s %10s %10s %11s %9s\n", "optimizer", "seed", "test acc.", "test loss",
                "val. loss", "train loss", "seconds");
    for (const Result& r : results) {
        std::printf("%-28s %5llu ", r.name.c_str(), static_cast<unsigned long long>(r.seed));
        if (r.diverged > 0) print_divergence(r);
        else
            std::printf("%10.4f %10.4f %10s %11.4f %9.1f\n", r.test_accuracy, r.test_loss,
                        r.validation_loss > 0 ? short_text(r.validation_loss).c_str() : "-", r.train_loss,
                        r.seconds);
    }
    std::fflush(stdout);
}

struct Moments {
    std::size_t n = 0;
    double mean = 0, deviation = 0;  // deviation: standard deviation with n - 1
};

/// Mean and standard deviation of one figure over the runs that did not diverge.
inline Moments moments(const std::vector<Result>& results, double Result::*value) {
    Moments m;
    for (const Result& r : results) {
        if (r.diverged > 0) continue;
        ++m.n;
        m.mean += r.*value;
    }
    if (m.n > 0) m.mean /= static_cast<double>(m.n);
    for (const Result& r : results)
        if (r.diverged == 0) m.deviation += (r.*value - m.mean) * (r.*value - m.mean);
    m.deviation = m.n > 1 ? std::sqrt(m.deviation / static_cast<double>(m.n - 1)) : 0;
    return m;
}

inline void print_summary(const std::string& title, const std::vector<Result>& results) {
    const Moments accuracy = moments(results, &Result::test_accuracy),
                  loss = moments(results, &Result::test_loss),
                  validation = moments(results, &Result::validation_loss);
    std::printf("%-44s n %2zu  test acc. %.4f +- %.4f  test loss %.4f +- %.4f", title.c_str(), accuracy.n,
                accuracy.mean, accuracy.deviation, loss.mean, loss.deviation);
    if (validation.mean > 0) std::printf("  val. loss %.4f +- %.4f", validation.mean, validation.deviation);
    std::printf("\n");
}

}  // namespace experiments
