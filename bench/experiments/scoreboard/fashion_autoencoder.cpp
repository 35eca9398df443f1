#include "problems.hpp"
#include "samples.hpp"

namespace scoreboard {

// Named: g++ 12 could merge networks of equal names in unnamed namespaces of several files.
namespace of_fashion_autoencoder {

template <std::size_t Width, bool Norm, class Head>
struct Autoencoder : Model<Input<784>, Dense<128 * Width>, Tanh, Dense<32>, Dense<128 * Width>, Tanh, Head> {
    using Autoencoder::Model::Model;
};

/// The targets are the inputs, without the factor of the shift.
inline void reconstruct(Part& part, double factor) {
    part.targets = part.inputs;
    for (float& value : part.targets) value = static_cast<float>(static_cast<double>(value) / factor);
}
inline double variance(const std::vector<float>& values) {
    double sum = 0, squares = 0;
    for (const float value : values)
        sum += static_cast<double>(value), squares += static_cast<double>(value) * static_cast<double>(value);
    const auto n = static_cast<double>(values.size());
    return squares / n - (sum / n) * (sum / n);
}

}  // namespace of_fashion_autoencoder

using namespace of_fashion_autoencoder;

Outcome fashion_autoencoder(const Run& run) {
    const Usual usual{500, 64, 32'000};
    Parts parts = fashion(usual.of(run.shift).samples, run.shift.inputs);
    for (Part* part : {&parts.train, &parts.validation, &parts.test}) reconstruct(*part, run.shift.inputs);
    return run_shifted<Autoencoder, GaussianRegressor<784>, 4, false>(
        run, data_of(parts, Extents{784}, usual, run, 784, variance(parts.test.targets)));
}

}  // namespace scoreboard
