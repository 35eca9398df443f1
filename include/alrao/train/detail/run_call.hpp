#pragma once

#include <alrao/model/arrays.hpp>
#include <alrao/model/model.hpp>
#include <alrao/tensor/xtensor.hpp>

#include <span>
#include <type_traits>

namespace alrao {

/// What is wrong with a call of predict, predict_sequences or evaluate, seen from the types of its
/// arguments: each fault is one sentence, in the line with the one error. Overloads that say it take
/// all by const&, so that a program's own function of the same name is preferred to them.
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

template <class Given>
concept PointsToModel =
    std::is_pointer_v<Given> && TrainableModel<std::remove_cv_t<std::remove_pointer_t<Given>>>;

/// Whether a model stands first, and something behind it. Calls without a model are left to other
/// functions of these names.
template <class First, class... Rest>
constexpr RunFault fault_of_model_place() {
    if constexpr (TrainableModel<First>) return sizeof...(Rest) == 0 ? RunFault::nothing : RunFault::none;
    else if constexpr (PointsToModel<First>) return RunFault::pointer;
    else return (TrainableModel<Rest> || ...) ? RunFault::model_elsewhere : RunFault::none;
}

/// Whether what stands third is neither options nor numbers.
template <class Options, class Third = void, class...>
constexpr RunFault fault_of_third() {
    constexpr bool good =
        std::is_void_v<Third> || std::is_convertible_v<Third, Options> || !HoldsOneOf<Third, void>;
    return good ? RunFault::none : RunFault::options;
}

/// What is wrong with outputs that predict cannot write.
template <class Outputs, class T>
constexpr RunFault fault_of_outputs() {
    if (!HoldsOneOf<Outputs, void> && std::is_convertible_v<Outputs, std::span<const T>> &&
        !std::is_convertible_v<Outputs, std::span<T>>)
        return RunFault::const_outputs;
    return std::is_convertible_v<Outputs, std::span<T>> ? RunFault::none : RunFault::other_outputs;
}

/// What a refused call gives, so that what is done with it is no second error.
template <class... Given>
auto no_predictions() {
    return xt::xtensor<float, 2 + 0 * sizeof...(Given)>{};  // of a dependent type: others do not pay for it
}

/// Instantiated where a call is refused: exactly one of its sentences fails.
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
                  "alrao: predict and evaluate take numbers behind the model: predict(net, inputs), "
                  "evaluate(net, data)");
    static_assert(other<options>,
                  "alrao: behind the numbers stand the options of this function, in braces: predict(net, "
                  "inputs, {.threads = 2}), evaluate(net, data, {.threads = 2})");
    static_assert(other<const_outputs>, "alrao: predict writes into its third argument, and that is const");
    static_assert(other<other_outputs>,
                  "alrao: predict writes its third argument, a std::span or std::vector of the network's "
                  "own type, float for a network of float; of an xtensor std::span(outputs.data(), "
                  "outputs.size())");
    static_assert(other<state>,
                  "alrao: predict_sequences goes on from a state and leaves there what follows needs: give "
                  "it a CarriedState<Net> in a variable that is not const");
    static_assert(other<sequence_options>,
                  "alrao: behind the sequences stand a CarriedState<Net>, if they go on from one, and "
                  "options in braces: predict_sequences(net, inputs, state, {.chunk = 64})");
};

}  // namespace detail
}  // namespace alrao
