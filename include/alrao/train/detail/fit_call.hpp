#pragma once

#include <alrao/meta/list.hpp>
#include <alrao/model/model.hpp>
#include <alrao/train/callback.hpp>
#include <alrao/train/dataset.hpp>
#include <alrao/train/detail/source_call.hpp>
#include <alrao/train/task.hpp>

#include <cstddef>
#include <type_traits>

namespace alrao {

template <class T>
struct FitOptions;

/// Finds the first fault in a call of fit, from the types of its arguments. For each fault there is a
/// static_assert with one sentence as its message; the compiler reports no other error.
namespace detail {

/// The scalar type of a network; float for other types.
template <class Net>
struct ScalarOf {
    using type = float;
};
template <TrainableModel Net>
struct ScalarOf<Net> {
    using type = typename Net::scalar;
};
template <class Net>
using scalar_of = typename ScalarOf<std::remove_cvref_t<Net>>::type;

enum class FitFault : unsigned char {
    none,
    refused_itself,
    no_model,
    const_model,
    temporary_model,
    no_head,
    no_optimizer,
    no_data,
    other_scalar,
    arrays,
    data,
    source,
    other_options,
    options,
    callback
};

template <class Net>
constexpr FitFault fault_of_model() {
    using Bare = std::remove_cvref_t<Net>;
    if (!TrainableModel<Bare>) return FitFault::no_model;
    if (refused_itself<Bare>) return FitFault::refused_itself;
    if (std::is_same_v<Net, const Bare&>) return FitFault::const_model;
    if (!std::is_same_v<Net, Bare&>) return FitFault::temporary_model;
    return ends_in_head<Bare> ? FitFault::none : FitFault::no_head;
}

template <class Net, class... Rest>
struct FitCall {
    using T = scalar_of<Net>;
    template <std::size_t at>
    using argument = meta::at<at, meta::List<Rest..., void, void, void>>;

    template <class Data>
    static constexpr bool is_data =
        is_dataset<std::remove_cvref_t<Data>> || is_augmented<std::remove_cvref_t<Data>> || SourceOf<Data, T>;

    static constexpr FitFault of_data() {
        if constexpr (!ends_in_head<std::remove_cvref_t<Net>>) return FitFault::none;
        else {
            constexpr SourceFault fault = source_fault<std::remove_cvref_t<Net>, argument<1>>();
            if (fault == SourceFault::none) return FitFault::none;
            if (fault == SourceFault::other_scalar) return FitFault::other_scalar;
            if (fault == SourceFault::arrays) return FitFault::arrays;
            return fault == SourceFault::no_source ? FitFault::data : FitFault::source;
        }
    }
    static constexpr FitFault of_options() {
        using Options = argument<2>;
        if constexpr (sizeof...(Rest) < 3 || std::is_convertible_v<Options, FitOptions<T>>)
            return FitFault::none;
        else if constexpr (std::is_convertible_v<Options, FitOptions<float>> ||
                           std::is_convertible_v<Options, FitOptions<double>>)
            return FitFault::other_options;
        else return FitFault::options;
    }
    static constexpr FitFault of_arguments() {
        if constexpr (sizeof...(Rest) == 0) return FitFault::no_optimizer;
        else if constexpr (is_data<argument<0>>) return FitFault::no_optimizer;
        else if constexpr (sizeof...(Rest) == 1) return FitFault::no_data;
        else if constexpr (of_data() != FitFault::none) return of_data();
        else return of_options();
    }
    /// Whether the fourth argument is options; the overload with options then handles the call.
    static constexpr bool has_options =
        sizeof...(Rest) >= 3 && std::is_convertible_v<argument<2>, FitOptions<T>>;
    static constexpr FitFault value =
        fault_of_model<Net>() != FitFault::none ? fault_of_model<Net>() : of_arguments();
};

/// Whether a call without options has the most frequent correct types. This check takes little compile time.
template <class Net, class... Rest>
inline constexpr bool plain_call = false;
template <TrainableModel Net, class Optimizer>
inline constexpr bool plain_call<Net&, Optimizer, const Dataset<typename Net::scalar>&> =
    ends_in_head<Net> && !Net::network::input_shape.per_token;
template <TrainableModel Net, class Optimizer>
inline constexpr bool plain_call<Net&, Optimizer, Dataset<typename Net::scalar>&> =
    ends_in_head<Net> && !Net::network::input_shape.per_token;

/// Instantiated if a call is refused: exactly one of its static_asserts fails; none if the network itself was
/// refused.
template <FitFault fault, class Net, class Data, class... C>
struct RefusedFit {
    template <FitFault... What>
    static constexpr bool other = ((fault != What) && ...);
    using enum FitFault;

    static_assert(other<no_model>, "alrao: fit takes the model first: fit(net, optimizer, data)");
    static_assert(other<const_model>, "alrao: fit changes the model, and this one is const");
    static_assert(other<temporary_model>,
                  "alrao: fit changes the model, and this one is temporary: keep it in a variable");
    static_assert(other<no_head>,
                  "alrao: a network is trained by the loss of its last layer: end it with a head, such as "
                  "SoftmaxClassifier<K>, GaussianRegressor<D>, AveragedHead<SoftmaxClassifier<K>, N>");
    static_assert(other<no_optimizer>,
                  "alrao: fit takes an optimizer, or a rule with its rate, before the data: fit(net, "
                  "Adam{.rate = 1e-3}, data)");
    static_assert(other<no_data>,
                  "alrao: fit takes data after the optimizer: fit(net, optimizer, Dataset(inputs, labels))");
    static_assert(other<other_scalar>,
                  "alrao: fit takes numbers of the network's scalar type: Dataset<float> for a network of "
                  "float; for data of double write Model<double, Input<...>, ...>");
    static_assert(other<arrays>,
                  "alrao: fit takes inputs and labels as one argument: fit(net, optimizer, "
                  "Dataset(inputs, labels), {.epochs = 5})");
    static_assert(other<data>,
                  "alrao: fit takes a Dataset, Streams or another DataSource after the optimizer");
    static constexpr auto source_refused = [] {
        if constexpr (fault == source) {
            using Bare = std::remove_cvref_t<Net>;
            return sizeof(
                RefusedSource<source_fault<Bare, Data>(), std::remove_cvref_t<Data>, typename Bare::scalar>);
        } else return 1;
    }();
    static_assert(other<other_options>,
                  "alrao: fit takes options of the network's scalar type: FitOptions<float> for a network "
                  "of float");
    static_assert(other<options>,
                  "alrao: after the data fit takes its options, then callbacks: fit(net, optimizer, data, "
                  "{.epochs = 5}, ProgressBar{})");
    static_assert(meta::stated<sizeof(CheckedCallback<C>)...>);
};

template <class Net, class Optimizer, class Data, class... C>
constexpr FitFault fault_with_options() {
    constexpr FitFault model = fault_of_model<Net>();
    constexpr FitFault callback = (Callback<C> && ...) ? FitFault::none : FitFault::callback;
    if constexpr (model != FitFault::none) return model;
    else if constexpr (plain_call<Net, Optimizer, Data>) return callback;
    else if constexpr (FitCall<Net, Optimizer, Data>::value != FitFault::none)
        return FitCall<Net, Optimizer, Data>::value;
    else return callback;
}

}  // namespace detail
}  // namespace alrao
