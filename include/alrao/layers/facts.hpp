#pragma once

#include <alrao/meta/refusal.hpp>
#include <alrao/shape/shape.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>

namespace alrao {

/// What a parameter is for; an initialisation policy turns it into a distribution.
enum class Role : unsigned char { weight, bias, scale, shift, recurrent, embedding };

inline constexpr std::size_t no_axis = static_cast<std::size_t>(-1);

/// A parameter of a layer. Parameters with the same `group` compute the same features and share
/// their learning rates, and stand next to each other; the feature axis says along which axis of the
/// array those features lie.
struct Parameter {
    std::string_view name{};
    Extents extents{};
    Role role = Role::weight;
    std::size_t fan_in = 1, fan_out = 1;  ///< of Role::recurrent fan_out is that of the hidden units
    std::size_t feature_axis = no_axis;   ///< has no default that compiles
    std::size_t group = 0;
    /// As the authors' code groups rates (RateGroups::official): features are all the axes from
    /// `official_axis` on (no_axis: as feature_axis), drawn together with those of `official_group`.
    std::size_t official_axis = no_axis;
    std::size_t official_group = 0;
    std::size_t copies = 0;  ///< of a head; 0 in the trunk
};

/// Numbers that a layer keeps from training for prediction, such as running means. Not trained.
struct Statistic {
    std::string_view name{};
    std::size_t size = 0;
    double initial = 0;
};

/// Elements of Scalar: those that grow with steps x batch, with batch, and not at all.
struct Memory {
    std::size_t per_token = 0, per_sample = 0, fixed = 0;
    constexpr bool operator==(const Memory&) const = default;
};

/// One value for each of the three kinds of memory of a layer, as `Memory` has its sizes.
template <class Value>
struct ByZone {
    Value per_token{};   ///< grows with time steps x batch
    Value per_sample{};  ///< grows with the batch
    Value fixed{};       ///< has one size
};

/// Why a layer refuses an input, with the numbers that its word takes.
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

/// A short list of values with a capacity known at compile time.
template <class Value, std::size_t Capacity>
struct ShortList {
    std::array<Value, Capacity> value{};
    std::size_t size = 0;
    constexpr void push(const Value& v) { value[size++] = v; }
    constexpr const Value& operator[](std::size_t i) const { return value[i]; }
};

/// What one layer is, for one input: all that the plan of a network needs to know of it.
struct Facts {
    Shape output{};
    ShortList<Parameter, 4> parameters{};
    ShortList<Statistic, 4> statistics{};
    Memory saved{};  ///< written by forward, read by backward
    Memory forward_scratch{}, backward_scratch{};
    Memory carried{};           ///< state that lives from one chunk of steps to the next
    double flops = 0;           ///< of forward, per sample (token), multiply-add = 2
    double backward_flops = 0;  ///< of backward, per sample (token)
    bool backward_needs_input = false;
    bool backward_needs_output = false;
    bool elementwise = false;    ///< forward and backward may work in place
    bool moves_nothing = false;  ///< elementwise, and the same numbers: a view of its input
    bool needs_to_be_first = false;
    bool normalizes_over_batch = false;  ///< training needs two or more values per channel in a batch
    bool is_fitted_to_inputs = false;    ///< its statistics are moments of the training inputs (Normalize)
    std::size_t copies = 0;              ///< of a head: 1 for a plain one; 0: this is no head
    bool averages_copies = false;        ///< of a head: it predicts by an average over its copies
    Refusal refusal{};

    static constexpr Facts refused(Refusal why) {
        Facts facts;
        facts.refusal = why;
        return facts;
    }
    /// The facts of a layer that keeps its input's shape and has no parameters.
    static constexpr Facts same_shape(const Shape& input) {
        Facts facts;
        facts.output = input;
        return facts;
    }
};

/// A descriptor: a stateless type that states its facts for an input.
template <class Layer>
concept Descriptor = requires(const Shape& input) {
    { Layer::facts(input) } -> std::same_as<Facts>;
    { Layer::name } -> std::convertible_to<std::string_view>;
};

}  // namespace alrao
