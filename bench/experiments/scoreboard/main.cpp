// One run of the scoreboard: prints one line of CSV. scoreboard.py calls it for all runs.

#include "problems.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <map>
#include <string>

using namespace scoreboard;

namespace {

const std::map<std::string, Shift>& shifts() {
    static const std::map<std::string, Shift> all{
        {"usual", {}},
        {"inputs-x30", {.inputs = 30}},
        {"inputs-/30", {.inputs = 1 / 30.0}},
        {"wide", {.wide = true}},
        {"batch-8", {.batch = 8}},
        {"batch-512", {.batch = 512}},
        {"initial-x10", {.initial = 10}},
        {"initial-/10", {.initial = 0.1}},
        {"no-normalisation", {.plain = true}},
        {"length-/4", {.length = 0.25}},
        {"length-x4", {.length = 4}},
    };
    return all;
}

/// For CSV: no commas, no line breaks.
std::string field(std::string text) {
    for (char& c : text)
        if (c == ',' || c == '\n') c = ';';
    return text;
}

}  // namespace

int main(int argc, char** argv) {
    Run run{.problem = "fashion-mlp", .shift_name = "usual", .method = "alrao"};
    CLI::App app{
        "One run of the scoreboard. Prints problem, shift, method, rate, seed, steps, validation and test loss, test "
        "accuracy, seconds, geometric mean of the centres, weights of the copies, and why the run failed."};
    app.add_option("--problem", run.problem);
    app.add_option("--shift", run.shift_name)->check(CLI::IsMember(shifts()));
    app.add_option("--method", run.method);
    std::string variant;
    app.add_option("--variant", variant, "other settings of alrao, such as \"spread=0 window=0.1\"");
    app.add_option("--rate", run.rate, "of nadamw, sgd and momentum");
    app.add_option("--seed", run.seed);
    app.add_option("--data", run.data, "folder of CIFAR-10 and Penn Treebank; default: $ALRAO_DATA");
    bool list = false;
    app.add_flag("--list", list, "print the names of all problems and shifts");
    CLI11_PARSE(app, argc, argv);
    if (list) {
        for (const Problem& problem : problems)
            std::printf("problem %s\n", std::string(problem.name).c_str());
        for (const auto& [name, shift] : shifts()) std::printf("shift %s\n", name.c_str());
        return 0;
    }
    try {
        run.variant = Variant(variant);
    } catch (const std::invalid_argument& error) {
        std::cerr << "scoreboard: --variant: " << error.what() << '\n';
        return 2;
    }
    run.shift = shifts().at(run.shift_name);
    const auto* const problem = std::find_if(std::begin(problems), std::end(problems),
                                             [&](const Problem& p) { return p.name == run.problem; });
    if (problem == std::end(problems)) {
        std::cerr << "scoreboard: no problem " << run.problem << '\n';
        return 2;
    }
    try {
        const Outcome outcome = problem->run(run);
        if (!outcome.exists) return 3;
        std::string copies;
        for (const double weight : outcome.copies)
            copies += (copies.empty() ? "" : " ") + number_text(weight);
        std::printf("%s,%s,%s,%.6g,%llu,%zu,%.8g,%.8g,%.6g,%.3f,%.4g,%s,%s\n", run.problem.c_str(),
                    run.shift_name.c_str(), (run.method + (variant.empty() ? "" : ":" + variant)).c_str(),
                    run.rate, static_cast<unsigned long long>(run.seed), outcome.steps, outcome.validation,
                    outcome.test, outcome.test_accuracy, outcome.seconds, outcome.centre, copies.c_str(),
                    field(outcome.failure).c_str());
    } catch (const std::exception& error) {
        std::cerr << "scoreboard: " << error.what() << '\n';
        return 1;
    }
}
