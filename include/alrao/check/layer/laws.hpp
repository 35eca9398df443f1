#pragma once

#include <alrao/tensor/philox.hpp>

#include <cstddef>
#include <string_view>
#include <vector>

namespace alrao {

/// The laws of a layer, in the words of ops/op.hpp. CheckReport::find takes one of them.
namespace layer_law {
inline constexpr std::string_view facts = "the facts describe the parameters and their features";
inline constexpr std::string_view gradients = "backward gives the derivatives of forward";
inline constexpr std::string_view reference = "the numbers are those of the reference";
inline constexpr std::string_view writes =
    "each call writes all of its results, and reads nothing that is undefined";
inline constexpr std::string_view bounds = "each call stays within the memory that it is given";
inline constexpr std::string_view samples = "samples do not influence each other";
inline constexpr std::string_view batch = "a sample alone gives what it gives in a batch";
inline constexpr std::string_view threads = "the results are bit-identical on any number of threads";
inline constexpr std::string_view prediction = "forward gives the same in prediction as in training";
inline constexpr std::string_view in_place = "an elementwise layer gives the same in place";
inline constexpr std::string_view first =
    "backward gives the same where the gradient of the input is not wanted";
inline constexpr std::string_view magnitudes =
    "the largest magnitudes that are reported are those of the results";
inline constexpr std::string_view workspace = "the workspace of the largest batch serves smaller batches";
}  // namespace layer_law

/// What check_layer tries, and how strictly.
struct LayerCheckOptions {
    std::vector<std::size_t> batches{1, 2, 7};  ///< numbers of samples
    std::vector<std::size_t> time_steps{1, 3};  ///< of each sample, for layers of sequences
    std::vector<int> threads{1, 2, 3};          ///< numbers of threads whose results are compared
    Seed seed{1};                               ///< of all numbers
    double input_scale = 1;                     ///< inputs are normal times this
    std::vector<double> kinks{};    ///< inputs at which forward has no derivative, such as ReLU's 0
    double kink_margin = 0.05;      ///< the derivatives are compared at least so far from them
    double step = 1e-3;             ///< of the differences; smaller where kinks are anywhere
    double relative = 1e-6;         ///< error of a derivative, as GradientCheckOptions has it
    double of_largest = 1e-9;       ///< likewise
    std::size_t derivatives = 200;  ///< compared of each array and batch; 0: none
    /// Whether the layer draws random numbers in training, as Dropout does: a sample's result then depends
    /// on its place in the batch, and training differs from prediction.
    bool random = false;
    /// Fewest rows that training needs: pixels x samples x time steps. 0: 2 if the layer normalizes over
    /// the batch, else 1.
    std::size_t fewest_rows = 0;
    std::vector<std::string_view> only{};  ///< laws that are tried, by layer_law; empty: all
    bool bitwise = false;                  ///< a sample alone has to give the same bits as in a batch
    bool whole_numbers = false;  ///< all numbers are small whole ones, and the reference is met exactly
};

}  // namespace alrao
