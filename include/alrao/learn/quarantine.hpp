#pragma once

#include <alrao/kernels/magnitude.hpp>
#include <alrao/learn/detail/optimizer_parts.hpp>
#include <alrao/learn/detail/rule_step.hpp>
#include <alrao/learn/divergence.hpp>
#include <alrao/learn/guard.hpp>
#include <alrao/learn/optimizer.hpp>
#include <alrao/learn/optimizer_snapshot.hpp>
#include <alrao/learn/pruning.hpp>
#include <alrao/model/posterior.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/log_domain.hpp>
#include <alrao/tensor/memory.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace alrao {

namespace guard {

/// The index of the first parameter of each leaf (elementary layer). The last element is the number of
/// parameters, so that leaf i has the parameters first[i] to first[i + 1] - 1.
template <std::size_t Leaves, std::size_t N>
constexpr std::array<std::size_t, Leaves + 1> first_parameters(const std::array<ParameterEntry, N>& table) {
    std::array<std::size_t, Leaves + 1> first{};
    std::size_t p = 0;
    for (std::size_t leaf = 0; leaf <= Leaves; ++leaf) {
        while (p < N && table[p].node < leaf) ++p;
        first[leaf] = p;
    }
    return first;
}

}  // namespace guard

/// Checks one step before it is taken, and prunes features that diverge. Each check returns whether it has
/// pruned; the step must then be computed again. If `accept` was not called, for instance after a
/// DivergenceError, the destructor restores the state of model and optimizer before the step.
template <class Backend, class Net, class Rule, class Pass>
class Quarantine {
public:
    using T = typename Net::scalar;

    /// For one step on `net`. `pass`: the forward and backward computation of the step. The object keeps
    /// references to all arguments.
    Quarantine(Net& net, Optimizer<Net, Rule>& optimizer, Pass& pass, Threads& threads)
        : net_(net), parts_(detail::parts_of(optimizer)), pass_(pass), threads_(threads) {}
    Quarantine(const Quarantine&) = delete;
    Quarantine& operator=(const Quarantine&) = delete;
    [[gnu::cold]] ~Quarantine() {
        if (accepted_) return;
        if (before_) restore();
        for (std::size_t leaf = 0; leaf < Net::node_count; ++leaf)
            if (new_limit_[leaf]) parts_.limits.forget(leaf);
    }
    /// Call it when the step is taken. Nothing is restored afterwards.
    void accept() { accepted_ = true; }

    /// Checks the outputs of the trunk in the order of computation, then the likelihoods of the copies. Only
    /// the first layer with a feature beyond its limit is pruned, because it can be the cause of large
    /// outputs of later layers.
    /// @throws DivergenceError as Guard specifies
    bool outputs_diverge() {
        for (std::size_t leaf = 0; leaf < Net::node_count; ++leaf) {
            const std::span<T> largest = pass_.output_magnitude(leaf);
            if (largest.empty()) continue;
            const T top = kernels::magnitude<Backend, T>(largest.data(), largest.size(), threads_);
            if (is_finite(top) && static_cast<double>(top) <= parts_.limits.of(leaf)) continue;
            if (!parts_.limits.known(leaf)) {
                parts_.limits.set(leaf, guard::limit(guard::scale<T>(largest), parts_.guard));
                new_limit_[leaf] = true;
                if (is_finite(top) && static_cast<double>(top) <= parts_.limits.of(leaf)) continue;
            }
            const double limit = parts_.limits.of(leaf);
            const std::size_t p = parameter_of_outputs(leaf, largest.size());
            for (std::size_t c = 0; c < largest.size(); ++c)
                if (!is_finite(largest[c]) || static_cast<double>(largest[c]) > limit)
                    blame(p, c, Divergence::Kind::output, static_cast<double>(largest[c]), limit);
            return judge(p);
        }
        return likelihoods_diverge();
    }

    /// Checks the gradients in the order of computation, from the last layer to the first.
    /// @throws DivergenceError as Guard specifies
    bool gradients_diverge() {
        for (std::size_t leaf = Net::node_count; leaf-- > 0;) {
            bool any = false;
            // The last parameter with a diverging feature: a leaf can have several groups of features, and
            // judge() checks the group of this parameter.
            std::size_t blamed = 0;
            for (std::size_t p = first_parameter[leaf]; p < first_parameter[leaf + 1]; ++p) {
                const std::span<const T> largest = pass_.gradient_magnitude(p);
                top_[p] = kernels::magnitude<Backend, T>(largest.data(), largest.size(), threads_);
                if (is_finite(top_[p])) continue;
                any = true;
                blamed = p;
                blame_columns(p, largest, Divergence::Kind::gradient);
                top_[p] = std::numeric_limits<T>::max();
            }
            if (any && judge(blamed)) return true;
        }
        return false;
    }

    /// Checks the parameters and buffers as they would be after the step: by bounds, and if these are not
    /// sufficient, by computing the step without writing it.
    /// @throws DivergenceError as Guard specifies
    bool update_diverges() {
        for (std::size_t leaf = Net::node_count; leaf-- > 0;) {
            bool any = false;
            std::size_t blamed = 0;
            for (std::size_t p = first_parameter[leaf]; p < first_parameter[leaf + 1]; ++p) {
                if (detail::surely_finite(parts_, p, top_[p])) continue;
                const std::span<const T> after =
                    detail::trial<Backend>(parts_, net_, std::as_const(pass_).gradients(), p, threads_);
                if (std::all_of(after.begin(), after.end(), [](T value) { return is_finite(value); }))
                    continue;
                any = true;
                blamed = p;
                blame_columns(p, after, Divergence::Kind::parameter);
            }
            if (any && judge(blamed)) return true;
        }
        return false;
    }

    /// The number of features of the trunk that this step has pruned.
    [[nodiscard]] std::size_t features_pruned() const { return features_; }
    /// The number of copies of the head that this step has pruned.
    [[nodiscard]] std::size_t copies_pruned() const { return copies_; }

private:
    static constexpr const auto& table = Net::parameters;
    static constexpr auto first_parameter = guard::first_parameters<Net::node_count>(Net::parameters);

    /// The state before the first pruning of this step.
    struct Before {
        AlignedBuffer<T> parameters;
        Posterior posterior;
        OptimizerSnapshot<T> optimizer;
    };

    [[gnu::cold, gnu::noinline]] void save() {
        const std::span<const T> parameters = std::as_const(net_).parameter_buffer();
        before_.emplace(Before{AlignedBuffer<T>(parameters.size()), net_.posterior(), parts_.snapshot()});
        std::copy_n(parameters.data(), parameters.size(), before_->parameters.data());
    }
    [[gnu::cold, gnu::noinline]] void restore() {
        const AlignedBuffer<T>& parameters = before_->parameters;
        std::copy_n(parameters.data(), parameters.size(), net_.parameter_buffer().data());
        net_.posterior() = std::move(before_->posterior);
        // The bounds are valid for these numbers: pruning does not change bounds, and no step was taken.
        parts_.restore(std::move(before_->optimizer));
    }

    /// The parameter of a leaf whose features are the output channels of the leaf: the last one with
    /// `channels` features.
    static std::size_t parameter_of_outputs(std::size_t leaf, std::size_t channels) {
        for (std::size_t p = first_parameter[leaf + 1]; p-- > first_parameter[leaf];)
            if (table[p].features == channels) return p;
        return first_parameter[leaf];
    }

    [[gnu::cold]] void blame_columns(std::size_t p, std::span<const T> largest, Divergence::Kind kind) {
        for (std::size_t at = 0; at < largest.size(); ++at)
            if (!is_finite(largest[at]))
                blame(p, rates::feature_of(table[p], at), kind, static_cast<double>(largest[at]),
                      std::numeric_limits<double>::max());
    }

    /// Prunes a feature that diverges, and records it unless it was pruned before.
    /// @throws DivergenceError if the policy is `throw_`, or the head has a single copy
    [[gnu::cold]] void blame(std::size_t p, std::size_t feature, Divergence::Kind kind, double value,
                             double limit) {
        const ParameterEntry& entry = table[p];
        feature = std::min(feature, entry.features - 1);
        const Divergence event{.step = parts_.steps,
                               .path = entry.path,
                               .layer = entry.layer,
                               .feature = feature,
                               .features = entry.features,
                               .rate = static_cast<double>(parts_.rates.of(p, feature)),
                               .kind = kind,
                               .value = value,
                               .limit = limit,
                               .copy = entry.copies > 0};
        if (!first_) first_ = event;
        const bool fatal = parts_.guard.policy == OnDivergence::throw_;
        if (entry.copies == 1 || (entry.copies == 0 && fatal)) raise(event, "");
        const bool fresh = !parts_.rates.is_pruned(p, feature);
        // A pruned feature has parameters other than 0 if an earlier state was assigned to the model.
        if (fresh || detail::has_numbers(net_, entry.group, feature)) {
            ++pruned_now_;
            if (!before_) save();
        }
        detail::prune(net_, parts_, pass_.gradients(), entry.group, feature);
        if (!fresh) return;
        ++(entry.copies > 0 ? copies_ : features_);
        parts_.record.add(event);
    }

    /// After the features of a layer were checked: returns whether any of them was pruned.
    /// @throws DivergenceError if too much of the layer is pruned, or if pruning did not help
    [[gnu::cold]] bool judge(std::size_t p) {
        const bool pruned = std::exchange(pruned_now_, 0) > 0;
        const Divergence culprit = *std::exchange(first_, std::nullopt);
        if (!pruned) {
            if (culprit.kind != Divergence::Kind::output) return false;
            raise(culprit,
                  "this feature is already pruned, so check the inputs for numbers that are not finite");
        }
        const std::size_t lost = lost_of(p);
        if (table[p].copies > 0) {
            if (lost == table[p].copies)
                raise(culprit, net_.posterior().live() == table[p].copies
                                   ? "no copy of the head is left"
                                   : "all remaining copies of the head are retired: call recall_copies, or "
                                     "let copies retire later");
            detail::drop_lost_copies(net_.posterior(), parts_, p);
            return true;
        }
        const std::size_t n = table[p].features;
        if (lost == n || (2 * lost > n && beyond_chance(p, lost)))
            raise(culprit, message_of({lost, " of the layer's ", n,
                                       " features are pruned: check the inputs for large numbers and "
                                       "numbers that are not finite (see Normalize), lower the largest "
                                       "rate, or add BatchNorm"}));
        return true;
    }

    /// Whether it is improbable that at least `lost` features of this layer are pruned. Rates are drawn from
    /// one interval for all layers, so the probability of too large a rate is estimated from the other layers
    /// of the trunk: (features lost there + 1) / (features there + 2).
    bool beyond_chance(std::size_t p, std::size_t lost) const {
        std::size_t lost_elsewhere = 0, elsewhere = 0;
        for (std::size_t q = 0; q < table.size(); ++q) {
            if (table[q].copies > 0 || table[q].group == table[p].group) continue;
            if (q > 0 && table[q].group == table[q - 1].group) continue;
            lost_elsewhere += lost_of(q);
            elsewhere += table[q].features;
        }
        const double share = static_cast<double>(lost_elsewhere + 1) / static_cast<double>(elsewhere + 2);
        return binomial_tail(table[p].features, lost, share) < parts_.guard.chance;
    }

    /// Features of parameter p that are pruned, or copies that are pruned or retired.
    std::size_t lost_of(std::size_t p) const {
        std::size_t lost = 0;
        for (std::size_t f = 0; f < table[p].features; ++f) {
            const bool retired = table[p].copies > 0 && net_.posterior().retired[f] != 0;
            if (retired || parts_.rates.is_pruned(p, f)) ++lost;
        }
        return lost;
    }

    bool likelihoods_diverge() {
        const std::size_t p = first_parameter[Net::node_count - 1];
        if (p == table.size() || table[p].copies == 0) return false;
        const std::span<const double> likelihood = pass_.log_likelihood();
        bool any = false;
        for (std::size_t j = 0; j < likelihood.size(); ++j) {
            if (is_finite(likelihood[j]) || net_.posterior().retired[j] != 0) continue;
            any = true;
            blame(p, j, Divergence::Kind::output, likelihood[j], std::numeric_limits<double>::max());
        }
        return any && judge(p);
    }

    [[noreturn, gnu::cold, gnu::noinline]] static void raise(const Divergence& culprit,
                                                             const std::string& why) {
        throw DivergenceError(culprit, why);
    }

    Net& net_;
    detail::OptimizerParts<Net, Rule>& parts_;
    Pass& pass_;
    Threads& threads_;
    std::array<T, table.size()> top_{};  ///< largest |gradient| of each parameter
    std::size_t pruned_now_ = 0;         ///< number of features pruned in the layer that is being checked
    std::size_t features_ = 0, copies_ = 0;
    std::array<bool, Net::node_count> new_limit_{};  ///< whether this step has set the limit
    bool accepted_ = false;
    std::optional<Divergence> first_{};  ///< the first diverging feature of that layer
    std::optional<Before> before_{};
};

}  // namespace alrao
