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

/// Checks one step before it is taken, and prunes what diverges. Each check returns whether it has pruned; then
/// the step has to be computed again. The destructor restores model and optimizer to their state before the
/// step unless `accept` was called, for instance after a DivergenceError.
template <class Backend, class Net, class Rule, class Pass>
class Quarantine {
public:
    using T = typename Net::scalar;

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
    /// The step will be taken: nothing is restored any more.
    void accept() { accepted_ = true; }

    /// Checks the outputs of the trunk in the order of computation, then the likelihoods of the copies. Only the
    /// first layer with a feature beyond its limit is pruned: layers behind it may exceed theirs because of it.
    /// @throws DivergenceError as the guard's policy says
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
    /// @throws DivergenceError as the guard's policy says
    bool gradients_diverge() {
        for (std::size_t leaf = Net::node_count; leaf-- > 0;) {
            bool any = false;
            std::size_t blamed = 0;  // one parameter: a leaf may have several groups of features
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

    /// Checks the parameters and buffers that the step would leave: by bounds, and where these do not tell, by
    /// computing the step without writing it.
    /// @throws DivergenceError as the guard's policy says
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

    /// Features of the trunk, and copies of the head, that this step has pruned so far.
    [[nodiscard]] std::size_t features_pruned() const { return features_; }
    [[nodiscard]] std::size_t copies_pruned() const { return copies_; }

private:
    static constexpr const auto& table = Net::parameters;
    static constexpr auto first_parameter = guard::first_parameters<Net::node_count>(Net::parameters);

    /// What pruning changes, as it was before.
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
        // The bounds are still those of these numbers: pruning changes no bound, and no step was taken.
        parts_.restore(std::move(before_->optimizer));
    }

    /// The parameter of a leaf whose features are the leaf's outputs: the last one that has as many features as
    /// there are channels.
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
    /// @throws DivergenceError where the policy or a single copy forbids pruning
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
        // A pruned feature can have numbers again: those of an earlier model that was assigned to this one.
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
            raise(culprit, "it is pruned already: look for inputs that are not finite");
        }
        const std::size_t lost = lost_of(p);
        if (table[p].copies > 0) {
            if (lost == table[p].copies)
                raise(culprit, net_.posterior().live() == table[p].copies
                                   ? "no copy of the head is left"
                                   : "no copy of the head is left but retired ones: call "
                                     "recall_copies, or let copies retire later");
            detail::drop_lost_copies(net_.posterior(), parts_, p);
            return true;
        }
        const std::size_t n = table[p].features;
        if (lost == n || (2 * lost > n && beyond_chance(p, lost)))
            raise(culprit, message_of({lost, " of the layer's ", n,
                                       " features are pruned: look for inputs that are large or not "
                                       "finite (see Normalize), lower the largest rate, or add "
                                       "BatchNorm"}));
        return true;
    }

    /// Whether chance does not explain that `lost` features of this layer are pruned. Rates are drawn from one
    /// interval for all layers, so the share that is too fast is estimated from the other layers of the trunk:
    /// (lost + 1) / (features + 2).
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
    std::size_t pruned_now_ = 0;         ///< in the layer being checked
    std::size_t features_ = 0, copies_ = 0;
    std::array<bool, Net::node_count> new_limit_{};  ///< limits that this step has set
    bool accepted_ = false;
    std::optional<Divergence> first_{};  ///< the first feature that diverges in the layer being checked
    std::optional<Before> before_{};
};

}  // namespace alrao
