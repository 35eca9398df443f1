#pragma once

#include <alrao/check/report.hpp>
#include <alrao/learn/averaging.hpp>
#include <alrao/model/posterior.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/log_domain.hpp>
#include <alrao/tensor/philox.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace alrao {

/// The laws of an averaging policy as sentences, to pass to CheckReport::find. The comment of AveragingPolicy
/// (learn/averaging.hpp) explains them.
namespace averaging_law {
inline constexpr std::string_view settings = "validate accepts the settings";
inline constexpr std::string_view sum = "the weights sum to 1";
inline constexpr std::string_view repeat = "equal posteriors and log-likelihoods give equal results";
inline constexpr std::string_view constant = "a constant added to all log-likelihoods changes no weight";
inline constexpr std::string_view order = "permuting the copies permutes their weights in the same way";
inline constexpr std::string_view equal =
    "copies of equal weight and equal log-likelihood keep equal weights";
inline constexpr std::string_view unusable =
    "a batch without a finite log-likelihood changes nothing and is unusable";
inline constexpr std::string_view lost =
    "a copy that is dropped after each batch has weight 0, and the others' weights sum to 1";
inline constexpr std::string_view memory =
    "the memory has the declared size and is consistent with the weights";
inline constexpr std::string_view steps = "a batch that is used counts as one step";
}  // namespace averaging_law

/// Options of check_averaging.
struct AveragingCheckOptions {
    std::vector<std::size_t> copies{1, 2, 5, 11};  ///< numbers of copies that are tested
    std::size_t batches = 40;                      ///< number of batches in the test of a law
    Seed seed{1};                                  ///< seed of the log-likelihoods
    double tolerance = 1e-9;                       ///< allowed absolute error of weights and of their sum
};

namespace check {

/// Tests the laws of a policy for one number of copies. `memory`: what memory_size returns.
class AveragingCheck {
public:
    AveragingCheck(const Averaging& policy, std::size_t memory, std::size_t copies,
                   const AveragingCheckOptions& options, CheckReport& report)
        : policy_(policy), memory_(memory), copies_(copies), options_(options), report_(report) {
        here_ = message_of({copies, copies == 1 ? " copy: " : " copies: "});
    }

    void all() {
        learns();
        constant();
        order();
        equal();
        unusable();
        if (copies_ > 1) lost();
    }

private:
    /// The log-likelihoods [copies] of batch `number`: random numbers that depend on the seed and `number`
    /// only. Some are -infinity or NaN.
    std::vector<double> batch(std::size_t number) const {
        Philox random(options_.seed, number);
        std::vector<double> l(copies_);
        const double size = number % 7 == 6 ? 100 : 1;  // a few batches have large differences
        for (double& x : l) x = -2 + size * random.normal();
        if (number % 5 == 4 && copies_ > 1) l[number % copies_] = log_zero;
        if (number % 11 == 10 && copies_ > 2) l[number % copies_] = std::numeric_limits<double>::quiet_NaN();
        return l;
    }
    /// The posterior after the first `batches` batches.
    Posterior after(std::size_t batches) const {
        Posterior posterior(copies_);
        for (std::size_t t = 0; t < batches; ++t) policy_.update(posterior, batch(t));
        return posterior;
    }
    /// A text that names the first weight that differs; empty if all are equal.
    std::string difference(const Posterior& a, const Posterior& b) const {
        for (std::size_t j = 0; j < copies_; ++j)
            if (!(std::abs(a.weight(j) - b.weight(j)) <= options_.tolerance))
                return message_of({"copy ", j, " has weight ", a.weight(j), " and ", b.weight(j),
                                   ", which differ by ", a.weight(j) - b.weight(j)});
        return {};
    }

    /// Notes whether the weights sum to 1, as a case of `law`.
    void note_sum(const Posterior& posterior, std::size_t batch, std::string_view law) {
        double sum = 0;
        for (std::size_t j = 0; j < copies_; ++j) sum += posterior.weight(j);
        report_.note(law, std::abs(sum - 1) <= options_.tolerance,
                     {here_, "after batch ", batch, " the weights sum to ", sum});
    }

    /// Updates two posteriors with the same batches: laws `sum`, `repeat`, `steps` and `memory`.
    void learns() {
        Posterior posterior(copies_), again(copies_);
        const double* place = nullptr;
        for (std::size_t t = 0; t < options_.batches; ++t) {
            const std::uint64_t steps = posterior.steps;
            const Evidence evidence = policy_.update(posterior, batch(t));
            policy_.update(again, batch(t));
            note_sum(posterior, t, averaging_law::sum);
            report_.note(averaging_law::repeat, posterior == again,
                         {here_, "the same batches give different posteriors in batch ", t});
            if (copies_ > 1 && evidence == Evidence::used)
                report_.note(averaging_law::steps, posterior.steps == steps + 1,
                             {here_, "steps changed from ", steps, " to ", posterior.steps});
            report_.note(averaging_law::memory, posterior.memory.size() == memory_,
                         {here_, "the memory has ", posterior.memory.size(),
                          " numbers, memory_size() returns ", memory_});
            report_.note(averaging_law::memory, t == 0 || posterior.memory.data() == place,
                         {here_, "update reallocates the memory"});
            place = posterior.memory.data();
            report_.note(averaging_law::memory, consistent(posterior),
                         {here_, "consistent() is false after the update by batch ", t});
        }
    }
    bool consistent(const Posterior& posterior) const {
        try {
            policy_.require_consistent(posterior);
        } catch (const ArgumentError&) {
            return false;
        }
        return true;
    }

    void constant() {
        Posterior plain(copies_), shifted(copies_);
        for (std::size_t t = 0; t < options_.batches; ++t) {
            std::vector<double> l = batch(t);
            policy_.update(plain, l);
            for (double& x : l) x += 3 - static_cast<double>(t);
            policy_.update(shifted, l);
            const std::string found = difference(plain, shifted);
            report_.note(averaging_law::constant, found.empty(),
                         {here_, found, " with ", 3 - static_cast<double>(t), " added in batch ", t});
        }
    }

    void order() {
        Posterior plain(copies_), turned(copies_);
        const auto turn = [&](std::vector<double> l) {
            std::rotate(l.begin(), l.begin() + 1, l.end());
            return l;
        };
        for (std::size_t t = 0; t < options_.batches; ++t) {
            policy_.update(plain, batch(t));
            policy_.update(turned, turn(batch(t)));
            Posterior wanted = plain;
            wanted.log_weights = turn(wanted.log_weights);
            const std::string found = difference(wanted, turned);
            report_.note(averaging_law::order, found.empty(), {here_, found, " after batch ", t});
        }
    }

    void equal() {
        Posterior posterior(copies_);
        for (std::size_t t = 0; t < options_.batches; ++t) {
            policy_.update(posterior, std::vector<double>(copies_, batch(t)[0]));
            for (std::size_t j = 1; j < copies_; ++j)
                report_.note(averaging_law::equal,
                             std::abs(posterior.weight(j) - posterior.weight(0)) <= options_.tolerance,
                             {here_, "copy ", j, " has weight ", posterior.weight(j),
                              ", but copy 0 has weight ", posterior.weight(0)});
        }
    }

    void unusable() {
        for (const std::size_t batches : {std::size_t{1}, options_.batches}) {
            for (const double bad : {log_zero, std::numeric_limits<double>::quiet_NaN()}) {
                const Posterior before = after(batches);
                Posterior posterior = before;
                const Evidence evidence = policy_.update(posterior, std::vector<double>(copies_, bad));
                report_.note(
                    averaging_law::unusable, evidence == Evidence::unusable && posterior == before,
                    {here_, "a batch of ", bad, " is ", evidence == Evidence::unusable ? "unusable" : "used",
                     posterior == before ? "" : " and changes the posterior"});
            }
        }
    }

    /// Drops one copy after each batch, as the guard does in training after it has pruned the copy. The
    /// log-likelihood of the copy alternates between -infinity and -1; after -1 only `drop` makes its
    /// weight 0.
    void lost() {
        const std::size_t gone = copies_ / 2;
        Posterior posterior = after(3);
        for (std::size_t t = 3; t < options_.batches; ++t) {
            std::vector<double> l = batch(t);
            l[gone] = t % 2 == 0 ? log_zero : -1;
            policy_.update(posterior, l);
            policy_.drop(posterior, [&](std::size_t j) { return j != gone; });
            report_.note(averaging_law::lost, !(posterior.weight(gone) > 0),
                         {here_, "copy ", gone, " has weight ", posterior.weight(gone), " after batch ", t});
            note_sum(posterior, t, averaging_law::lost);
            report_.note(averaging_law::memory, posterior.memory.size() == memory_ && consistent(posterior),
                         {here_, "after drop, the memory of ", posterior.memory.size(),
                          " numbers is not consistent with the weights"});
        }
    }

    const Averaging& policy_;
    std::size_t memory_, copies_;
    const AveragingCheckOptions& options_;
    CheckReport& report_;
    std::string here_;
};

}  // namespace check

/// Checks the laws of an averaging policy, which learn/averaging.hpp lists above AveragingPolicy, with random
/// log-likelihoods, some of them not finite, and several numbers of copies.
///
///     const CheckReport report = check_averaging(Discounted{.keep = 0.95});
///     if (!report) std::cout << report << '\n';
///
/// @returns the laws that were tested, and the first case in which each broken law does not hold
template <AveragingPolicy Policy>
[[nodiscard]] CheckReport check_averaging(const Policy& policy, const AveragingCheckOptions& options = {}) {
    CheckReport report;
    report.subject = message_of({"averaging policy ", std::string_view(Policy::name)});
    std::string refused;
    try {
        policy.validate();
    } catch (const ArgumentError& thrown) {
        refused = thrown.what();
    }
    report.note(averaging_law::settings, refused.empty(), {refused});
    if (!report) return report;
    const Averaging averaging = policy;
    for (const std::size_t copies : options.copies)
        check::AveragingCheck(averaging, averaging::memory_size(policy, copies), copies, options, report)
            .all();
    return report;
}

}  // namespace alrao
