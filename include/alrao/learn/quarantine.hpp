#pragma once

#include <alrao/kernels/magnitude.hpp>
#include <alrao/learn/divergence.hpp>
#include <alrao/learn/guard.hpp>
#include <alrao/learn/optimizer.hpp>
#include <alrao/model/posterior.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/log_domain.hpp>
#include <alrao/tensor/memory.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace alrao {

namespace guard {

/// Takes the copies of head parameter p that an optimizer has pruned, and those that have retired,
/// out of the average.
template <class Optimizer>
void drop_lost_copies(Posterior& posterior, const Optimizer& optimizer, std::size_t p) {
    optimizer.copy_weighting().averaging.drop(
        posterior, [&](std::size_t j) { return posterior.retired[j] == 0 && !optimizer.is_pruned(p, j); });
}

/// Prunes in a model whatever its optimizer has pruned: after somebody has put an earlier model
/// back, in which some of it was alive. Its rates being 0 it would never learn, but could diverge
/// again.
template <class Net, class Optimizer>
[[gnu::cold]] void prune_again(Net& net, const Optimizer& optimizer) {
    if (optimizer.pruned().empty()) return;
    for (std::size_t p = 0; p < Net::parameters.size(); ++p) {
        const ParameterEntry& entry = Net::parameters[p];
        bool revived = false;
        for (std::size_t feature = 0; feature < entry.features; ++feature) {
            if (!optimizer.is_pruned(p, feature)) continue;
            optimizer.zero_feature(net, p, feature);
            revived = revived || (entry.copies > 0 && net.posterior().weight(feature) > 0);
        }
        if (revived) drop_lost_copies(net.posterior(), optimizer, p);
    }
}

/// Index of the first parameter of each leaf; of one past the last leaf: the number of parameters.
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

/// Judges one step before it is taken, and prunes what diverges: each check returns whether it has
/// pruned, so that the step has to be computed again. Going out of scope without `accept`, by
/// DivergenceError for instance, it puts model and optimizer back to what they were.
template <class Backend, class Net, class Rule, class Pass>
class Quarantine {
public:
    using T = typename Net::scalar;

    Quarantine(Net& net, Optimizer<Net, Rule>& optimizer, Pass& pass, Threads& threads)
        : net_(net), optimizer_(optimizer), pass_(pass), threads_(threads) {}
    Quarantine(const Quarantine&) = delete;
    Quarantine& operator=(const Quarantine&) = delete;
    [[gnu::cold]] ~Quarantine() {
        if (accepted_) return;
        if (before_) restore();
        for (std::size_t leaf = 0; leaf < Net::node_count; ++leaf)
            if (new_limit_[leaf]) optimizer_.state().limits[leaf] = 0;
    }
    void accept() { accepted_ = true; }

    /// Outputs of the trunk in the order they are computed: the first layer with a feature beyond its
    /// limit is to blame for all that follow. Then the copies' likelihoods.
    bool outputs_diverge() {
        for (std::size_t leaf = 0; leaf < Net::node_count; ++leaf) {
            const std::span<T> largest = pass_.output_magnitude(leaf);
            if (largest.empty()) continue;
            double& limit = optimizer_.state().limits[leaf];
            const T top = kernels::magnitude<Backend, T>(largest.data(), largest.size(), threads_);
            if (is_finite(top) && static_cast<double>(top) <= limit) continue;
            if (is_zero(limit)) {
                limit = guard::limit(guard::scale<T>(largest), optimizer_.guard());
                new_limit_[leaf] = true;
                if (is_finite(top) && static_cast<double>(top) <= limit) continue;
            }
            const std::size_t p = parameter_of_outputs(leaf, largest.size());
            for (std::size_t c = 0; c < largest.size(); ++c)
                if (!is_finite(largest[c]) || static_cast<double>(largest[c]) > limit)
                    blame(p, c, Divergence::Kind::output, static_cast<double>(largest[c]), limit);
            return judge(p);
        }
        return likelihoods_diverge();
    }

    /// Gradients in the order they are computed, from the last layer down.
    bool gradients_diverge() {
        for (std::size_t leaf = Net::node_count; leaf-- > 0;) {
            bool any = false;
            std::size_t blamed = 0;  // a leaf may have several groups of features
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

    /// What the parameters would be: by bounds, and exactly where these cannot tell.
    bool update_diverges() {
        for (std::size_t leaf = Net::node_count; leaf-- > 0;) {
            bool any = false;
            std::size_t blamed = 0;
            for (std::size_t p = first_parameter[leaf]; p < first_parameter[leaf + 1]; ++p) {
                if (optimizer_.surely_finite(p, top_[p])) continue;
                const std::span<const T> after =
                    optimizer_.template trial<Backend>(net_, std::as_const(pass_).gradients(), p, threads_);
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

    [[nodiscard]] std::size_t features_pruned() const { return features_; }
    [[nodiscard]] std::size_t copies_pruned() const { return copies_; }

private:
    static constexpr const auto& table = Net::parameters;
    static constexpr auto first_parameter = guard::first_parameters<Net::node_count>(Net::parameters);

    /// All that pruning changes.
    struct Before {
        AlignedBuffer<T> parameters;
        Posterior posterior;
        OptimizerState<T> state;
    };

    [[gnu::cold, gnu::noinline]] void save() {
        const std::span<const T> parameters = std::as_const(net_).parameter_buffer();
        before_ = std::make_unique<Before>(
            Before{AlignedBuffer<T>(parameters.size()), net_.posterior(), optimizer_.state()});
        std::copy_n(parameters.data(), parameters.size(), before_->parameters.data());
    }
    [[gnu::cold, gnu::noinline]] void restore() {
        const AlignedBuffer<T>& parameters = before_->parameters;
        std::copy_n(parameters.data(), parameters.size(), net_.parameter_buffer().data());
        net_.posterior() = std::move(before_->posterior);
        optimizer_.put_back(std::move(before_->state));
    }

    /// The parameter of a leaf whose features are its outputs: of several groups the last one's.
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

    /// Notes a culprit and prunes it. A pruned feature whose gradient is not finite again stays as it
    /// is: 0.
    [[gnu::cold]] void blame(std::size_t p, std::size_t feature, Divergence::Kind kind, double value,
                             double limit) {
        const ParameterEntry& entry = table[p];
        feature = std::min(feature, entry.features - 1);
        const Divergence event{.step = optimizer_.step_number(),
                               .path = entry.path,
                               .layer = entry.layer,
                               .feature = feature,
                               .features = entry.features,
                               .rate = static_cast<double>(optimizer_.rate(p, feature)),
                               .kind = kind,
                               .value = value,
                               .limit = limit,
                               .copy = entry.copies > 0};
        if (!culprit_) culprit_ = event;
        const bool fatal = optimizer_.guard().policy == OnDivergence::throw_;
        if (entry.copies == 1 || (entry.copies == 0 && fatal)) raise(event, "");
        const bool fresh = !optimizer_.is_pruned(p, feature);
        // A pruned feature lives on in a model that somebody put back to what it was before.
        const bool changes = fresh || optimizer_.lives(net_, entry.group, feature);
        if (changes) {
            ++pruned_now_;
            if (!before_) save();
        }
        optimizer_.prune(net_, pass_.gradients(), entry.group, feature);
        if (!fresh) return;
        ++(entry.copies > 0 ? copies_ : features_);
        optimizer_.state().pruned.push_back(event);
    }

    /// After a layer was looked at: whether anything new was pruned; an error if too much of it is gone.
    [[gnu::cold]] bool judge(std::size_t p) {
        const bool pruned = std::exchange(pruned_now_, 0) > 0;
        const Divergence culprit = *std::exchange(culprit_, std::nullopt);
        if (!pruned) {
            if (culprit.kind != Divergence::Kind::output) return false;
            raise(culprit, "it is pruned already: look for inputs that are not finite");
        }
        const std::size_t lost = lost_of(p);
        if (table[p].copies > 0) {
            if (lost == table[p].copies)
                raise(culprit, net_.posterior().live() == table[p].copies
                                   ? "no copy of the head is left"
                                   : "no copy of the head is left but retired ones: see "
                                     "recall_copies, or ask for Retirement later");
            guard::drop_lost_copies(net_.posterior(), optimizer_, p);
            return true;
        }
        const std::size_t n = table[p].features;
        if (lost == n || (2 * lost > n && beyond_chance(p, lost)))
            raise(culprit, message_of({lost, " of the layer's ", n,
                                       " features are gone: look for inputs that are large or not "
                                       "finite (see Normalize), or lower the largest rate, or add "
                                       "BatchNorm"}));
        return true;
    }

    /// Rates are log-uniform, so the share of the features pruned in the rest of the trunk tells the
    /// share of the rate interval that is too fast, (lost + 1) / (features + 2).
    bool beyond_chance(std::size_t p, std::size_t lost) const {
        std::size_t lost_elsewhere = 0, elsewhere = 0;
        for (std::size_t q = 0; q < table.size(); ++q) {
            if (table[q].copies > 0 || table[q].group == table[p].group) continue;
            if (q > 0 && table[q].group == table[q - 1].group) continue;
            lost_elsewhere += lost_of(q);
            elsewhere += table[q].features;
        }
        const double share = static_cast<double>(lost_elsewhere + 1) / static_cast<double>(elsewhere + 2);
        return binomial_tail(table[p].features, lost, share) < optimizer_.guard().chance;
    }

    std::size_t lost_of(std::size_t p) const {
        std::size_t lost = 0;
        for (std::size_t f = 0; f < table[p].features; ++f) {
            const bool retired = table[p].copies > 0 && net_.posterior().retired[f] != 0;
            if (retired || optimizer_.is_pruned(p, f)) ++lost;
        }
        return lost;
    }

    bool likelihoods_diverge() {
        std::size_t p = first_parameter[Net::node_count - 1];
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
    Optimizer<Net, Rule>& optimizer_;
    Pass& pass_;
    Threads& threads_;
    std::array<T, table.size()> top_{};  ///< largest |gradient| of each parameter
    std::size_t pruned_now_ = 0, features_ = 0, copies_ = 0;
    std::array<bool, Net::node_count> new_limit_{};
    bool accepted_ = false;
    std::optional<Divergence> culprit_{};
    std::unique_ptr<Before> before_{};
};

}  // namespace alrao
