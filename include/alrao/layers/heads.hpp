#pragma once

#include <alrao/layers/facts.hpp>

namespace alrao {

/// What a head compares its outputs with: labels, or targets.
enum class Task : unsigned char { classification, regression };

/// The last layer of a classifier: an affine map to Classes scores, their softmax, and the negative
/// log-likelihood of the label, in nats, as the loss. Labels are 0 .. Classes - 1.
///
/// Input:      [n], also per token. Output: [Classes] probabilities.
/// Parameters: weight [n, 1, Classes], bias [1, Classes]: one copy.
template <std::size_t Classes>
struct SoftmaxClassifier {
    static constexpr std::size_t outputs = at_least_one(Classes);
    static constexpr bool standardizes_targets = false;
    static constexpr Task task = Task::classification;
    static constexpr std::string_view name = "SoftmaxClassifier";
    static constexpr Facts facts(const Shape& input);

    static_assert(Classes > 1, "alrao: SoftmaxClassifier<Classes> needs at least two classes");
};

/// The last layer of a regression: an affine map to Outputs means of a Gaussian of fixed variance,
/// and the negative log-likelihood of the target, in nats, as the loss.
///
/// Input:      [n], also per token. Output: [Outputs] means, in the targets' units.
/// Parameters: weight [n, 1, Outputs], bias [1, Outputs]: one copy.
/// Statistics: target_mean [Outputs], target_deviation [Outputs], fitted [1]. Targets are compared as
///             (y - mean) / deviation, of variance 1: how strongly data speak for one copy against
///             another depends on that scale, so it belongs to the model. `fit` fits it, once;
///             predictions are in the targets' own units.
template <std::size_t Outputs = 1>
struct GaussianRegressor {
    static constexpr std::size_t outputs = at_least_one(Outputs);
    static constexpr bool standardizes_targets = true;
    static constexpr Task task = Task::regression;
    static constexpr std::string_view name = "GaussianRegressor";
    static constexpr Facts facts(const Shape& input);

    static_assert(Outputs > 0, "alrao: GaussianRegressor<Outputs> needs at least one output");
};

/// What can stand in an AveragedHead: a last layer that says how many outputs it computes.
template <class Type>
concept HeadClassifier = requires {
    { Type::outputs } -> std::convertible_to<std::size_t>;
    { Type::standardizes_targets } -> std::convertible_to<bool>;
    { Type::facts(Shape{}) } -> std::same_as<Facts>;
};

namespace layers {
/// What is missing in a classifier, or wrong: the first thing only.
enum class HeadFault : unsigned char { none, no_head, outputs, standardizes_targets, facts };

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

template <class Classifier>
struct CheckedHead {
    static constexpr HeadFault fault = head_fault<Classifier>();

    static_assert(fault != HeadFault::no_head,
                  "alrao: AveragedHead<Classifier, N> needs a last layer, such as SoftmaxClassifier");
    static_assert(fault != HeadFault::outputs,
                  "alrao: a classifier in an AveragedHead says how many outputs it computes: static "
                  "constexpr std::size_t outputs");
    static_assert(fault != HeadFault::standardizes_targets,
                  "alrao: a classifier in an AveragedHead says whether its targets are standardised: "
                  "static constexpr bool standardizes_targets");
    static_assert(fault != HeadFault::facts,
                  "alrao: a classifier in an AveragedHead states its facts: static constexpr Facts "
                  "facts(const Shape&), see layers::head_facts");
};

/// The parameters of a head, and the statistics of one that standardises its targets, in the order of
/// its facts.
struct HeadParameter {
    enum : std::size_t { weight, bias };
};
struct HeadStatistic {
    enum : std::size_t { target_mean, target_deviation, fitted };
};

/// The columns of the one wide product that computes all copies: padded once, at the end.
constexpr std::size_t head_columns(std::size_t copies, std::size_t outputs) {
    return rounded_up(copies * outputs, 16);
}

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
    // scores, then each copy's own gradient in their place; and the trunk's, weighted by copy
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

/// N copies of a last layer, each with a learning rate and a start of its own, whose predicted
/// probabilities are averaged with weights that the data choose (Alrao, section 3: a rate per
/// feature would favour classes there). Computed as one product [n] x [n, N, outputs].
///
/// Input:      [n], also per token. Output: [Classifier::outputs], the average.
/// Parameters: weight [n, N*, outputs], bias [N*, outputs].
/// Feature:    a copy; rates are evenly spaced in the logarithm, not drawn.
template <class Classifier, std::size_t N = 0>  // 0: refused in words
struct AveragedHead {
    static constexpr std::size_t copies = N;
    /// The classifier's task; of one that has none, nothing that training takes for a task.
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
                  "alrao: AveragedHead<Classifier, N> needs at least one copy: say how many, as in "
                  "AveragedHead<SoftmaxClassifier<10>, 10>");
};

}  // namespace alrao
