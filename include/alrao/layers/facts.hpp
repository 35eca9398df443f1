#pragma once

#include <alrao/meta/refusal.hpp>
#include <alrao/shape/shape.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>

namespace alrao {

/// Purpose of a parameter. An initialisation policy chooses a distribution for each role.
enum class Role : unsigned char { weight, bias, scale, shift, recurrent, embedding };

/// Marks an axis that is not set.
inline constexpr std::size_t no_axis = static_cast<std::size_t>(-1);

/// A trained array of a layer. Alrao gives each feature its own learning rate: all elements with the same
/// index on `feature_axis` share one rate. In the comments of layers, * marks that axis:
/// weight [n, Units*].
struct Parameter {
    std::string_view name{};
    Extents extents{};
    Role role = Role::weight;
    /// Fan-in and fan-out, from which initialisations compute the scale of random values. For
    /// Role::recurrent, fan_out is the number of hidden units.
    std::size_t fan_in = 1, fan_out = 1;
    std::size_t feature_axis = no_axis;  ///< required: a network with an unset axis does not compile
    /// Parameters of a layer with the same group belong to the same features and share their learning rates
    /// (a weight and its bias). They must be adjacent in Facts::parameters.
    std::size_t group = 0;
    /// Used by RateGroups::official, which groups rates as the authors' code does: each combination of
    /// indices on the axes from `official_axis` to the last is a feature (no_axis: each index on
    /// feature_axis), and parameters with the same `official_group` share their rates.
    std::size_t official_axis = no_axis;
    std::size_t official_group = 0;
    std::size_t copies = 0;  ///< number of copies in a head; 0 in other layers
};

/// Numbers that a layer computes in training and uses in prediction, such as running means. They have no
/// gradient and no learning rate. `size` counts elements, `initial` is their first value.
struct Statistic {
    std::string_view name{};
    std::size_t size = 0;
    double initial = 0;
};

/// Amount of memory, in elements of the scalar type: per_token * time steps * batch size
/// + per_sample * batch size + fixed.
struct Memory {
    std::size_t per_token = 0, per_sample = 0, fixed = 0;
    constexpr bool operator==(const Memory&) const = default;
};

/// One value for each of the three kinds of memory of a layer, whose sizes `Memory` gives.
template <class Value>
struct ByZone {
    Value per_token{};   ///< proportional to time steps * batch size
    Value per_sample{};  ///< proportional to batch size
    Value fixed{};       ///< independent of both
};

/// Why a layer refuses its input: the reason, and the numbers that are printed with it (see Reason).
/// Converts to true if there is a refusal.
struct Refusal {
    static constexpr std::size_t max_numbers = 8;
    Reason reason = Reason::none;
    std::array<std::size_t, max_numbers> number{};
    std::size_t count = 0;

    constexpr Refusal() = default;
    template <class... Numbers>
    constexpr explicit Refusal(Reason why, Numbers... numbers)
        : reason(why), number{static_cast<std::size_t>(numbers)...}, count(sizeof...(Numbers)) {}
    constexpr explicit operator bool() const { return reason != Reason::none; }
};

/// A list of at most `Capacity` values, usable in constant expressions.
template <class Value, std::size_t Capacity>
struct ShortList {
    std::array<Value, Capacity> value{};
    std::size_t size = 0;
    constexpr void push(const Value& v) { value[size++] = v; }
    constexpr const Value& operator[](std::size_t i) const { return value[i]; }
};

/// Description of a layer for a given input shape: everything that the network compiler (graph/) needs.
struct Facts {
    Shape output{};                                ///< shape of the output
    ShortList<Parameter, 4> parameters{};          ///< trained arrays
    ShortList<Statistic, 4> statistics{};          ///< arrays that are kept for prediction but not trained
    Memory saved{};                                ///< written by forward, read by backward
    Memory forward_scratch{}, backward_scratch{};  ///< temporary memory of one call
    Memory carried{};                    ///< state that is kept from one chunk of time steps to the next
    double flops = 0;                    ///< of forward, per sample (or token); a multiply-add counts as 2
    double backward_flops = 0;           ///< of backward, per sample (or token)
    bool backward_needs_input = false;   ///< backward reads the layer's input
    bool backward_needs_output = false;  ///< backward reads the layer's output
    bool elementwise = false;            ///< forward and backward may work in place
    bool moves_nothing = false;          ///< elementwise, and the output is a view of the input
    bool needs_to_be_first = false;      ///< must be the first layer of the network
    bool normalizes_over_batch = false;  ///< in training, forward uses statistics of the batch; fit then
                                         ///< refuses batches of one sample if the input is flat
    bool is_fitted_to_inputs = false;    ///< statistics are moments of the training inputs (Normalize)
    std::size_t copies = 0;              ///< number of copies of a head; 0 if the layer is not a head
    bool averages_copies = false;        ///< a head whose prediction is an average over its copies
    Refusal refusal{};                   ///< set if the layer cannot take this input

    /// The facts of a layer that refuses its input.
    static constexpr Facts refused(Refusal why) {
        Facts facts;
        facts.refusal = why;
        return facts;
    }
    /// The facts of a layer whose output has the shape of its input, without parameters.
    static constexpr Facts same_shape(const Shape& input) {
        Facts facts;
        facts.output = input;
        return facts;
    }
};

/// A layer descriptor: a type without state that has a name and describes the layer for an input shape.
template <class Layer>
concept Descriptor = requires(const Shape& input) {
    { Layer::facts(input) } -> std::same_as<Facts>;
    { Layer::name } -> std::convertible_to<std::string_view>;
};

}  // namespace alrao
