#pragma once

#include <alrao/tensor/philox.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

namespace alrao {

/// The laws of a layer as sentences, to pass to CheckReport::find and LayerCheckOptions::only. The comment of
/// Op (ops/op.hpp) explains them.
namespace layer_law {
inline constexpr std::string_view facts = "the facts describe the parameters and their features";
inline constexpr std::string_view gradients = "backward gives the derivatives of forward";
inline constexpr std::string_view reference =
    "outputs and gradients equal those of the reference implementation (check/layer/reference.hpp), if one is given";
inline constexpr std::string_view writes =
    "each call writes all of its results, and reads nothing that is undefined";
inline constexpr std::string_view bounds = "each call stays within the memory that it is given";
inline constexpr std::string_view samples = "samples do not influence each other";
inline constexpr std::string_view batch =
    "the result for a sample is the same alone and in a batch, up to rounding";
inline constexpr std::string_view threads = "the results are bit-identical on any number of threads";
inline constexpr std::string_view prediction = "forward gives the same in prediction as in training";
inline constexpr std::string_view in_place = "an elementwise layer gives the same results in place";
inline constexpr std::string_view first =
    "backward computes the same gradients of the parameters if context.input_gradient is null, as in the first layer";
inline constexpr std::string_view magnitudes =
    "output_magnitude and gradient_magnitude are the largest magnitudes of what the call has written";
inline constexpr std::string_view workspace =
    "the workspace for the largest batch is sufficient for smaller ones";

/// All laws of a layer.
inline constexpr std::array all{facts,   gradients,  reference, writes, bounds,     samples,  batch,
                                threads, prediction, in_place,  first,  magnitudes, workspace};
}  // namespace layer_law

/// Options of check_layer.
struct LayerCheckOptions {
    std::vector<std::size_t> batches{1, 2, 7};  ///< batch sizes that are tested
    std::vector<std::size_t> time_steps{1, 3};  ///< numbers of time steps, for layers of sequences
    std::vector<int> threads{1, 2, 3};          ///< numbers of threads whose results are compared
    Seed seed{1};                               ///< seed of all random numbers
    double input_scale = 1;                     ///< standard deviation of the (normal) inputs
    std::vector<double> kinks{};    ///< points where the layer is not differentiable, such as 0 for ReLU
    double kink_margin = 0.05;      ///< smallest distance of inputs from kinks, in the test of gradients
    double step = 1e-3;             ///< step of the central differences; choose less if there are more kinks
    double relative = 1e-6;         ///< tolerance of a derivative, see GradientCheckOptions
    double of_largest = 1e-9;       ///< tolerance of a derivative, see GradientCheckOptions
    std::size_t derivatives = 200;  ///< number per array, see GradientCheckOptions::most; 0: none
    /// Whether the layer draws random numbers in training, as Dropout does. The laws `samples`, `batch` and
    /// `prediction` do not hold then in training, and are not tested.
    bool random = false;
    /// Smallest number of rows (pixels x samples x time steps) on which the layer can be trained. 0: 2 if the layer
    /// normalizes over the batch, else 1.
    std::size_t fewest_rows = 0;
    std::vector<std::string_view> only{};  ///< laws to test, from layer_law; empty: all
    bool bitwise = false;                  ///< whether the law `batch` requires equal bits
    bool whole_numbers = false;  ///< use small integers, and require exact equality with the reference
};

}  // namespace alrao
