// Measures predictions of the MLP 784-512-512-10 for random inputs. Prints one line for bench/beside.py with
// the median milliseconds of a prediction and the additional memory.
//
// usage: bench_inference_mlp BATCH THREADS SECONDS

#include "../mlp.hpp"
#include "../report.hpp"
#include "../steps.hpp"
#include "../threads.hpp"
#include "../timing.hpp"

#include <cstdlib>
#include <iostream>

int main(int count, char** arguments) {
    using namespace alrao;
    if (count != 4) {
        std::cerr << "usage: bench_inference_mlp BATCH THREADS SECONDS\n";
        return 2;
    }
    bench::give_threads(arguments, 1);
    const double before = bench::resident_megabytes();
    const auto batch = static_cast<std::size_t>(std::atol(arguments[1]));
    Threads threads(std::atoi(arguments[2]));
    const bench::Noise noise(batch, bench::PlainMlp::network::input_shape.size());
    const bench::PlainMlp net(Seed{1});
    Workspace<bench::PlainMlp> workspace(batch, threads);
    bench::report(bench::median_milliseconds(std::atof(arguments[3]),
                                             [&] { workspace.run(net, noise.examples().inputs, batch); }),
                  before, {bench::PlainMlp::network::parameter_count});
    return 0;
}
