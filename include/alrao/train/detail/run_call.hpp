#pragma once

#include <alrao/model/arrays.hpp>
#include <alrao/model/model.hpp>
#include <alrao/tensor/xtensor.hpp>

#include <span>
#include <type_traits>

namespace alrao {

/// Finds the first fault in a call of predict, predict_sequences or evaluate, from the types of its
/// arguments. For each fault there is a static_assert with one sentence as its message; the compiler reports
/// no other error. The overloads that report it take all arguments by const&, so that a function of the same
/// name in the user's program is preferred.
namespace detail {

enum class RunFault : unsigned char {
    none,
    pointer,
    model_elsewhere,
    nothing,
    options,
    const_outputs,
    other_outputs,
    state,
    sequence_options
};

/// A pointer to a model.
template <class Given>
concept PointsToModel =
    std::is_pointer_v<Given> && TrainableModel<std::remove_cv_t<std::remove_pointer_t<Given>>>;

/// The fault of a call whose first argument is not a model, or that has no further argument. Calls without a model
/// have no fault: they can belong to other functions of these names.
template <class First, class... Rest>
constexpr RunFault fault_of_model_place() {
    if constexpr (TrainableModel<First>) return sizeof...(Rest) == 0 ? RunFault::nothing : RunFault::none;
    else if constexpr (PointsToModel<First>) return RunFault::pointer;
    else return (TrainableModel<Rest> || ...) ? RunFault::model_elsewhere : RunFault::none;
}

/// The fault of a third argument that is neither options nor numbers.
template <class Options, class Third = void, class...>
constexpr RunFault fault_of_third() {
    constexpr bool good =
        std::is_void_v<Third> || std::is_convertible_v<Third, Options> || !HoldsOneOf<Third, void>;
    return good ? RunFault::none : RunFault::options;
}

/// The fault of outputs that predict cannot write.
template <class Outputs, class T>
constexpr RunFault fault_of_outputs() {
    if (!HoldsOneOf<Outputs, void> && std::is_convertible_v<Outputs, std::span<const T>> &&
        !std::is_convertible_v<Outputs, std::span<T>>)
        return RunFault::const_outputs;
    return std::is_convertible_v<Outputs, std::span<T>> ? RunFault::none : RunFault::other_outputs;
}

/// The result of a refused call: an xtensor, so that code that uses the result causes no second error.
template <class... Given>
auto no_predictions() {
    return xt::xtensor<float,
                       2 + 0 * sizeof...(Given)>{};  // a dependent type, which is instantiated only here
}

/// Instantiated if a call is refused: exactly one of its static_asserts fails.
template <RunFault fault>
struct RefusedRun {
    template <RunFault What>
    static constexpr bool other = fault != What;
    using enum RunFault;

    static_assert(other<pointer>,
                  "alrao: predict and evaluate take the model itself, and this is a pointer: "
                  "predict(*net, inputs), evaluate(*net, data)");
    static_assert(other<model_elsewhere>,
                  "alrao: predict and evaluate take the model first: predict(net, inputs), "
                  "evaluate(net, data)");
    static_assert(other<nothing>,
                  "alrao: predict and evaluate take numbers after the model: predict(net, inputs), "
                  "evaluate(net, data)");
    static_assert(other<options>,
                  "alrao: after the numbers, this function takes its options in braces: predict(net, "
                  "inputs, {.threads = 2}), evaluate(net, data, {.threads = 2})");
    static_assert(other<const_outputs>, "alrao: predict writes into its third argument, and that is const");
    static_assert(other<other_outputs>,
                  "alrao: predict writes into its third argument, a std::span or std::vector of the "
                  "network's scalar type, such as float; for an xtensor pass std::span(outputs.data(), "
                  "outputs.size())");
    static_assert(other<state>,
                  "alrao: predict_sequences begins with a state and replaces it by the state after the "
                  "last step: pass a CarriedState<Net> in a variable that is not const");
    static_assert(other<sequence_options>,
                  "alrao: after the sequences, predict_sequences takes an optional CarriedState<Net> and "
                  "options in braces: predict_sequences(net, inputs, state, {.chunk = 64})");
};

}  // namespace detail
}  // namespace alrao
