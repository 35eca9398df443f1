#pragma once

#include <alrao/graph/network.hpp>
#include <alrao/layers/composition.hpp>  // first: a message counts few files on the way to it
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
/// Marks the constructor that is found where a model's own was not inherited.
struct NotInherited {};
}  // namespace detail

/// A network alive: its numbers. Whatever is known before it runs it has from Network, as
/// constants. Copyable; equal seeds give equal bits. One that was moved from has no numbers: it can
/// be assigned to and destroyed; whatever computes with it or saves it raises ArgumentError.
template <class Scalar, class Net>
class BasicModel : public Net {
public:
    using network = Net;
    using scalar = Scalar;

    /// Draws the parameters. Each parameter has random numbers of its own, so that adding a layer
    /// behind others does not change theirs.
    explicit BasicModel(Seed seed) : BasicModel(seed, PyTorchInitialization{}) {}

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
                          "Scalar* first, Philox&), and const: see PyTorchInitialization");
            if constexpr (callable) initialize(entry, parameters_.data() + entry.offset, random);
        }
        for (const StatisticEntry& entry : Net::statistics)
            std::fill_n(statistics_.data() + entry.offset, entry.size, static_cast<Scalar>(entry.initial));
    }

    /// What is written by mistake instead of `Net net{Seed{1}};`: each is refused in words.
    template <class Nothing = void>
    BasicModel() : BasicModel(Seed{0}) {
        static_assert(sizeof(Nothing*) == 0,
                      "alrao: a model begins with numbers drawn from a seed: Net net{Seed{1}};");
    }
    template <class Number>
        requires(!std::is_class_v<Number>)
    explicit BasicModel(Number) : BasicModel(Seed{0}) {
        static_assert(sizeof(Number) == 0,
                      "alrao: a model is made from a Seed, not from a number: Net net{Seed{1}};");
    }
    // A base is made from it where no constructor is inherited. Of two equal ones g++ would take the
    // one above, which is explicit: hence the second argument.
    template <std::same_as<Seed> Start>
    BasicModel(Start seed, detail::NotInherited = {})
        : BasicModel(Seed{seed.value}, PyTorchInitialization{}) {
        static_assert(sizeof(Start) == 0,
                      "alrao: write `using Model::Model;` in the struct that derives from Model, and "
                      "make it by Net net{Seed{1}};");
    }

    /// All parameters, as Net::parameters lays them out; padding is 0 and has to stay so.
    std::span<Scalar> parameter_buffer() { return parameters_.span(); }
    std::span<const Scalar> parameter_buffer() const { return parameters_.span(); }
    /// Running means and the like, as Net::statistics lays them out.
    std::span<Scalar> statistic_buffer() { return statistics_.span(); }
    std::span<const Scalar> statistic_buffer() const { return statistics_.span(); }
    /// What the data say of the copies of the head so far.
    Posterior& posterior() { return posterior_; }
    const Posterior& posterior() const { return posterior_; }
    /// How far the last fit came in its data. A new optimizer, or a rule in place of one, goes on
    /// from here, so that it does not repeat the orders of samples that the model has seen.
    DataPlace& place() { return place_; }
    const DataPlace& place() const { return place_; }

    /// By which an optimizer knows the model that it was made for.
    const ModelIdentity& identity() const { return identity_; }

    /// Bytes of the arena that a training step works in, beside parameters and gradients.
    static constexpr std::size_t memory(std::size_t batch, std::size_t time_steps = 1) {
        return sizeof(Scalar) * Net::training_elements(batch, time_steps);
    }
    /// Bytes of the arena that a prediction works in.
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
                  "alrao: a model begins with what it takes: Model<Input<784>, Dense<100>, ...>, or "
                  "Input<height, width, channels>, Sequence<Width>, Tokens");
};
/// What a Model without an input is built on, so that its refusal is one error.
template <class... Parts>
using StandIn =
    std::conditional_t<meta::stated<sizeof(meta::Said<ModelWithoutInput<Parts...>>)>,
                       BasicModel<float, Network<Input<1>, AveragedHead<SoftmaxClassifier<2>, 2>>>, void>;
}  // namespace detail

/// A network of float: `struct Net : Model<Input<784>, Dense<100>, ReLU, SoftmaxClassifier<10>> {
/// using Model::Model; };`. With a type in front, of that type: Model<double, Input<784>, ...>.
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

/// Any network with numbers: what BasicModel gives.
template <class Net>
concept TrainableModel = requires(Net& net) {
    typename Net::network;
    typename Net::scalar;
    { net.parameter_buffer() } -> std::same_as<std::span<typename Net::scalar>>;
    { net.posterior() } -> std::same_as<Posterior&>;
};

namespace detail {
/// TrainableModel as a value, of which a failed assertion does not list the parts.
template <class Net>
inline constexpr bool is_model = TrainableModel<Net>;
/// Whether the network was refused: its own error was printed, and other code adds none.
template <class Net>
inline constexpr bool refused_itself = false;
template <TrainableModel Net>
inline constexpr bool refused_itself<Net> = !Net::network::accepted;
/// What a class of a model is built on where it is given another type, so that its refusal is one error.
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

/// Refuses a model that was moved from, whose numbers belong to another, and one that was given a
/// posterior of another head.
/// @throws ArgumentError
template <TrainableModel Net>
void require_numbers(const Net& net) {
    constexpr std::size_t copies = Net::network::copies > 0 ? Net::network::copies : 1;
    const Posterior& posterior = net.posterior();
    if (net.parameter_buffer().size() != Net::network::parameter_elements ||
        net.statistic_buffer().size() != Net::network::statistic_elements || posterior.copies() == 0)
        fail("alrao: this model was moved from and has no numbers: assign one to it first");
    if (posterior.copies() != copies || posterior.retired.size() != copies)
        fail({"alrao: this model has ", copies, " copies of its head, and a posterior of ",
              posterior.copies()});
}

}  // namespace alrao
