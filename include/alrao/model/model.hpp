#pragma once

// This include must remain the first, in a separate block so that clang-format does not sort it. For an error
// in the included header, clang prints the chain of includes that leads to it; this order keeps the chain
// short.
#include <alrao/layers/composition.hpp>

#include <alrao/graph/network.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/meta/list.hpp>
#include <alrao/model/data_place.hpp>
#include <alrao/model/detail/identity.hpp>
#include <alrao/model/initialization.hpp>
#include <alrao/model/posterior.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/memory.hpp>
#include <alrao/tensor/philox.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <span>
#include <type_traits>

namespace alrao {

namespace detail {
/// Marks the constructor that is selected if a derived struct has not inherited the constructors of Model.
struct NotInherited {};
}  // namespace detail

/// A network with its state: parameters, statistics and the posterior of its copies. Everything known at
/// compile time is inherited from `Net`. Copyable; equal seeds give equal bits. A moved-from model can only
/// be assigned to and destroyed; functions that compute with it or save it throw ArgumentError.
template <class Scalar, class Net>
class BasicModel : public Net {
public:
    using network = Net;    ///< the compile-time description: shapes, parameters, memory plan
    using scalar = Scalar;  ///< type of the numbers, float or double

    /// Initialises the parameters at random (PyTorchInitialization). Each parameter has its own random
    /// numbers, so that appending a layer does not change the parameters of the previous ones.
    explicit BasicModel(Seed seed) : BasicModel(seed, PyTorchInitialization{}) {}

    /// Initialises the parameters with a policy such as HeInitialization{}; see model/initialization.hpp.
    template <class Initialization>
        requires(!std::same_as<Initialization, detail::NotInherited>)
    BasicModel(Seed seed, const Initialization& initialize)
        : parameters_(Net::parameter_elements),
          statistics_(Net::statistic_elements),
          posterior_(std::max<std::size_t>(1, Net::copies)) {
        for (std::size_t p = 0; p < Net::parameters.size(); ++p) {
            Philox random(seed, Stream::initialization, p);
            const ParameterEntry& entry = Net::parameters[p];
            constexpr bool callable = requires(Scalar* to) { initialize(entry, to, random); };
            static_assert(callable,
                          "alrao: an initialisation is called as initialize(const ParameterEntry&, "
                          "Scalar* first, Philox&), on a const object: see PyTorchInitialization");
            if constexpr (callable) initialize(entry, parameters_.data() + entry.offset, random);
        }
        for (const StatisticEntry& entry : Net::statistics)
            std::fill_n(statistics_.data() + entry.offset, entry.size, static_cast<Scalar>(entry.initial));
    }

    // The following constructors are overloads for common incorrect calls; each gives a compile-time error
    // with the reason.
    template <class Nothing = void>
    BasicModel() : BasicModel(Seed{0}) {
        static_assert(sizeof(Nothing*) == 0,
                      "alrao: a model needs a seed for its initial parameters: Net net{Seed{1}};");
    }
    template <class Number>
        requires(!std::is_class_v<Number>)
    explicit BasicModel(Number) : BasicModel(Seed{0}) {
        static_assert(sizeof(Number) == 0,
                      "alrao: a model is made from a Seed, not from a number: Net net{Seed{1}};");
    }
    // Selected when a derived struct without inherited constructors is initialised as an aggregate. Without
    // the second parameter, g++ would select the explicit constructor above.
    template <std::same_as<Seed> Start>
    BasicModel(Start seed, detail::NotInherited = {})
        : BasicModel(Seed{seed.value}, PyTorchInitialization{}) {
        static_assert(sizeof(Start) == 0,
                      "alrao: write `using Model::Model;` in the struct that derives from Model, and "
                      "construct it by Net net{Seed{1}};");
    }

    /// All parameters; Net::parameters describes the layout. Padding must stay 0.
    std::span<Scalar> parameter_buffer() { return parameters_.span(); }
    std::span<const Scalar> parameter_buffer() const { return parameters_.span(); }
    /// All statistics, such as running means; Net::statistics describes the layout.
    std::span<Scalar> statistic_buffer() { return statistics_.span(); }
    std::span<const Scalar> statistic_buffer() const { return statistics_.span(); }
    /// Weights of the copies of the head.
    Posterior& posterior() { return posterior_; }
    const Posterior& posterior() const { return posterior_; }
    /// Position in the training data after the last fit. A new optimizer continues from here, so that it
    /// does not repeat sample orders that the model has already seen.
    DataPlace& place() { return place_; }
    const DataPlace& place() const { return place_; }

    /// Token by which an optimizer recognises the model for which it was constructed. Copies share it.
    const ModelIdentity& identity() const { return identity_; }

    /// Memory in bytes that a training step needs for activations and temporary values, for a batch of
    /// `batch` samples with `time_steps` time steps, in addition to parameters, gradients and optimizer
    /// state.
    static constexpr std::size_t memory(std::size_t batch, std::size_t time_steps = 1) {
        return sizeof(Scalar) * Net::training_elements(batch, time_steps);
    }
    /// Memory in bytes that a prediction needs for activations and temporary values, for a batch of `batch`
    /// samples with `time_steps` time steps, in addition to the parameters.
    static constexpr std::size_t prediction_memory(std::size_t batch, std::size_t time_steps = 1) {
        return sizeof(Scalar) * Net::prediction_elements(batch, time_steps);
    }

private:
    AlignedBuffer<Scalar> parameters_, statistics_;
    Posterior posterior_;
    DataPlace place_{};
    ModelIdentity identity_;
};

namespace detail {
template <class Scalar>
concept ModelNumber = std::same_as<Scalar, float> || std::same_as<Scalar, double>;
template <class First = void, class...>
inline constexpr bool begins_with_another_number = std::is_arithmetic_v<First> && !ModelNumber<First>;

template <class... Parts>
struct ModelWithoutInput {
    static_assert(!begins_with_another_number<Parts...>,
                  "alrao: a model's numbers are float or double: Model<double, Input<784>, ...>");
    static_assert(begins_with_another_number<Parts...>,
                  "alrao: the first argument of a model is its input: Model<Input<784>, Dense<100>, ...>, or "
                  "Input<height, width, channels>, Sequence<Width>, Tokens");
};
/// Base class of a Model without an input: a valid model, so that the missing input is the only error.
template <class... Parts>
using StandIn =
    std::conditional_t<meta::stated<sizeof(meta::Said<ModelWithoutInput<Parts...>>)>,
                       BasicModel<float, Network<Input<1>, AveragedHead<SoftmaxClassifier<2>, 2>>>, void>;
}  // namespace detail

/// A model: its arguments are the input and the layers of the network. Usually a struct is derived from it:
///   struct Net : Model<Input<784>, Dense<100>, ReLU, SoftmaxClassifier<10>> { using Model::Model; };
///   Net net{Seed{1}};
/// The scalar type is float; for double write Model<double, Input<784>, ...>. Members: see BasicModel.
template <class... Parts>
struct Model : detail::StandIn<Parts...> {
    using Base = detail::StandIn<Parts...>;
    using Base::Base;
};

template <class In, class... Layers>
    requires layers::is_input<In>
struct Model<In, Layers...> : BasicModel<float, graph::StatedNetwork<In, Layers...>> {
    using BasicModel<float, graph::StatedNetwork<In, Layers...>>::BasicModel;
};

template <detail::ModelNumber Scalar, class In, class... Layers>
    requires layers::is_input<In>
struct Model<Scalar, In, Layers...> : BasicModel<Scalar, graph::StatedNetwork<In, Layers...>> {
    using BasicModel<Scalar, graph::StatedNetwork<In, Layers...>>::BasicModel;
};

/// A type derived from BasicModel (or with the same members).
template <class Net>
concept TrainableModel = requires(Net& net) {
    typename Net::network;
    typename Net::scalar;
    { net.parameter_buffer() } -> std::same_as<std::span<typename Net::scalar>>;
    { net.posterior() } -> std::same_as<Posterior&>;
};

namespace detail {
/// TrainableModel as a variable: a failed static_assert on a concept would also list its requirements.
template <class Net>
inline constexpr bool is_model = TrainableModel<Net>;
/// Whether the network is invalid. Its own error is reported then, and other code adds no further errors.
template <class Net>
inline constexpr bool refused_itself = false;
template <TrainableModel Net>
inline constexpr bool refused_itself<Net> = !Net::network::accepted;
/// `Net`, or a valid model if `Net` is not one, so that the caller's static_assert is the only error.
template <class Net>
struct ModelOr {
    using type = BasicModel<float, Network<Input<1>, AveragedHead<SoftmaxClassifier<2>, 2>>>;
};
template <TrainableModel Net>
struct ModelOr<Net> {
    using type = Net;
};
template <class Net>
using ModelOrStandIn = typename ModelOr<Net>::type;
template <class Net>
const ModelOrStandIn<Net>& model_or_stand_in(const Net& net) {
    if constexpr (TrainableModel<Net>) return net;
    else return meta::never<const ModelOrStandIn<Net>&>();
}
}  // namespace detail

/// Checks that a model has its parameters, its statistics and one weight for each copy of its head.
/// @throws ArgumentError if the model was moved from, or if its posterior has another number of copies
template <TrainableModel Net>
void require_numbers(const Net& net) {
    constexpr std::size_t copies = Net::network::copies > 0 ? Net::network::copies : 1;
    const Posterior& posterior = net.posterior();
    if (net.parameter_buffer().size() != Net::network::parameter_elements ||
        net.statistic_buffer().size() != Net::network::statistic_elements || posterior.copies() == 0)
        fail("alrao: this model was moved from and has no parameters: assign a model to it first");
    if (posterior.copies() != copies || posterior.retired.size() != copies)
        fail({"alrao: the head of this model has ", copies, " copies, but its posterior has ",
              posterior.copies()});
}

}  // namespace alrao
