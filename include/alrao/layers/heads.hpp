#pragma once

#include <alrao/layers/facts.hpp>

namespace alrao {

/// What a head compares its outputs with: integer labels (classification) or real targets (regression).
enum class Task : unsigned char { classification, regression };

/// The last layer of a classifier: an affine map to Classes scores, followed by softmax. The loss is the
/// negative log-likelihood of the label, in nats. Labels are 0 .. Classes - 1.
///
/// Input:      [n], also per token. Output: [Classes] probabilities.
/// Parameters: weight [n, 1, Classes], bias [1, Classes]. The axis of extent 1 counts copies, of which
///             AveragedHead has several.
template <std::size_t Classes>
struct SoftmaxClassifier {
    static constexpr std::size_t outputs = at_least_one(Classes);
    static constexpr bool standardizes_targets = false;
    static constexpr Task task = Task::classification;
    static constexpr std::string_view name = "SoftmaxClassifier";
    static constexpr Facts facts(const Shape& input);

    static_assert(Classes > 1, "alrao: SoftmaxClassifier<Classes> needs at least two classes");
};

/// The last layer of a regression: an affine map to the means of Outputs Gaussians with fixed variance.
/// The loss is the negative log-likelihood of the target, in nats.
///
/// Input:      [n], also per token. Output: [Outputs] means, in the units of the targets.
/// Parameters: weight [n, 1, Outputs], bias [1, Outputs]. The axis of extent 1 counts copies, of which
///             AveragedHead has several.
/// Statistics: target_mean [Outputs], target_deviation [Outputs], fitted [1]. The loss uses standardised
///             targets (y - target_mean) / target_deviation with variance 1. The scale of the targets is
///             part of the model because the weights of copies depend on it. The first `fit` computes the
///             statistics from the training data. Predictions are in the units of the targets.
template <std::size_t Outputs = 1>
struct GaussianRegressor {
    static constexpr std::size_t outputs = at_least_one(Outputs);
    static constexpr bool standardizes_targets = true;
    static constexpr Task task = Task::regression;
    static constexpr std::string_view name = "GaussianRegressor";
    static constexpr Facts facts(const Shape& input);

    static_assert(Outputs > 0, "alrao: GaussianRegressor<Outputs> needs at least one output");
};

/// A last layer that can be the `Classifier` of an AveragedHead. `outputs`: the number of outputs;
/// `standardizes_targets`: whether it keeps mean and deviation of the targets as statistics; `facts`: see
/// layers::head_facts.
template <class Type>
concept HeadClassifier = requires {
    { Type::outputs } -> std::convertible_to<std::size_t>;
    { Type::standardizes_targets } -> std::convertible_to<bool>;
    { Type::facts(Shape{}) } -> std::same_as<Facts>;
};

namespace layers {
/// The first requirement of HeadClassifier that a type does not meet.
enum class HeadFault : unsigned char { none, no_head, outputs, standardizes_targets, facts };

/// The first fault of a head, or HeadFault::none.
template <class Type>
constexpr HeadFault head_fault() {
    constexpr bool outputs = requires {
        { Type::outputs } -> std::convertible_to<std::size_t>;
    };
    constexpr bool standardizes = requires {
        { Type::standardizes_targets } -> std::convertible_to<bool>;
    };
    if constexpr (HeadClassifier<Type>) return HeadFault::none;
    else if constexpr (!outputs && !standardizes) return HeadFault::no_head;
    else if constexpr (!outputs) return HeadFault::outputs;
    else if constexpr (!standardizes) return HeadFault::standardizes_targets;
    else return HeadFault::facts;
}

/// Reports the fault of a type that cannot be the `Classifier` of an AveragedHead.
template <class Classifier>
struct CheckedHead {
    static constexpr HeadFault fault = head_fault<Classifier>();

    static_assert(fault != HeadFault::no_head,
                  "alrao: AveragedHead<Classifier, N> needs a last layer, such as SoftmaxClassifier");
    static_assert(fault != HeadFault::outputs,
                  "alrao: a classifier in an AveragedHead needs its number of outputs: static "
                  "constexpr std::size_t outputs");
    static_assert(fault != HeadFault::standardizes_targets,
                  "alrao: a classifier in an AveragedHead must declare whether its targets are standardised: "
                  "static constexpr bool standardizes_targets");
    static_assert(fault != HeadFault::facts,
                  "alrao: a classifier in an AveragedHead needs facts: static constexpr Facts "
                  "facts(const Shape&), see layers::head_facts");
};

/// Indices of a head's parameters in its facts.
struct HeadParameter {
    enum : std::size_t { weight, bias };
};
/// Indices of the statistics of a head that standardises its targets.
struct HeadStatistic {
    enum : std::size_t { target_mean, target_deviation, fitted };
};

/// Columns of the score matrix that holds the outputs of all copies side by side, padded at the end to a
/// multiple of 16.
constexpr std::size_t head_columns(std::size_t copies, std::size_t outputs) {
    return rounded_up(copies * outputs, 16);
}

/// The facts of a head whose copies are affine maps with `outputs` outputs each: parameters weight
/// [n, copies, outputs] and bias [copies, outputs], and the memory that ops/head.hpp uses.
constexpr Facts head_facts(const Shape& input, std::size_t copies, std::size_t outputs,
                           bool standardizes_targets) {
    if (input.rank() != 1)
        return Facts::refused(Refusal{Reason::needs_flat_input_use_Flatten, 1, input.rank()});
    const std::size_t n = input.channels();
    const std::size_t columns = head_columns(copies, outputs);
    Facts facts;
    facts.output = features(outputs, input.per_token);
    facts.parameters.push({.name = "weight",
                           .extents = Extents{n, copies, outputs},
                           .role = Role::weight,
                           .fan_in = n,
                           .fan_out = outputs,
                           .feature_axis = 1,
                           .copies = copies});
    facts.parameters.push({.name = "bias",
                           .extents = Extents{copies, outputs},
                           .role = Role::bias,
                           .fan_in = n,
                           .fan_out = outputs,
                           .feature_axis = 0,
                           .copies = copies});
    // First half: scores, overwritten by the gradients of the copies. Second half: gradients for the trunk,
    // that is, each copy's gradient times its responsibility (see kernels/head/mixture.hpp).
    (input.per_token ? facts.saved.per_token : facts.saved.per_sample) = 2 * columns;
    if (standardizes_targets) {
        facts.statistics.push({.name = "target_mean", .size = outputs, .initial = 0});
        facts.statistics.push({.name = "target_deviation", .size = outputs, .initial = 1});
        facts.statistics.push({.name = "fitted", .size = 1, .initial = 0});
        // targets in standard units
        (input.per_token ? facts.forward_scratch.per_token : facts.forward_scratch.per_sample) = outputs;
    }
    const double products = 2.0 * static_cast<double>(n) * static_cast<double>(copies * outputs);
    facts.flops = products;
    facts.backward_flops = 2 * products;
    facts.backward_needs_input = true;
    facts.forward_scratch.fixed = columns;  // largest |score| of each column
    facts.copies = copies;
    return facts;
}
}  // namespace layers

template <std::size_t Classes>
constexpr Facts SoftmaxClassifier<Classes>::facts(const Shape& input) {
    return layers::head_facts(input, 1, outputs, standardizes_targets);
}
template <std::size_t Outputs>
constexpr Facts GaussianRegressor<Outputs>::facts(const Shape& input) {
    return layers::head_facts(input, 1, outputs, standardizes_targets);
}

/// N copies of a last layer. Each copy has its own learning rate and initial weights. The predictions of
/// the copies are averaged with weights that are learned from the data (Alrao paper, section 3: in the last
/// layer, a learning rate per feature would favour some classes). All copies are computed by one matrix
/// product [n] x [n, N, outputs].
///
/// Input:      [n], also per token. Output: [Classifier::outputs], the weighted average.
/// Parameters: weight [n, N*, outputs], bias [N*, outputs].
/// Feature (*): a copy. The learning rates of the copies are not random, but evenly spaced on a
///             logarithmic scale.
template <class Classifier, std::size_t N = 0>  // the default 0 gives an error that asks for N
struct AveragedHead {
    static constexpr std::size_t copies = N;
    /// The task of the classifier; nullptr if it declares none, which training functions refuse.
    static constexpr auto task = [] {
        if constexpr (requires { Classifier::task; }) return Classifier::task;
        else return nullptr;
    }();
    static constexpr std::string_view name = "AveragedHead";
    static constexpr Facts facts(const Shape& input) {
        if constexpr (HeadClassifier<Classifier>) {
            Facts facts = layers::head_facts(input, at_least_one(N), Classifier::outputs,
                                             Classifier::standardizes_targets);
            facts.averages_copies = true;
            return facts;
        } else {
            return Facts::same_shape(input);
        }
    }

    static_assert(sizeof(layers::CheckedHead<Classifier>) > 0);
    static_assert(N > 0,
                  "alrao: AveragedHead<Classifier, N> needs at least one copy: set N, as in "
                  "AveragedHead<SoftmaxClassifier<10>, 10>");
};

}  // namespace alrao
