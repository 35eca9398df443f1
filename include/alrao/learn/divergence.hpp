#pragma once

#include <alrao/graph/parameter_table.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/message.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

namespace alrao {

/// A divergence: a feature of a layer, or a copy of a head, that exceeded its limit in a step.
struct Divergence {
    /// What diverged. `output` of a copy is its log-likelihood; `parameter` includes the buffers of the rule.
    enum class Kind : unsigned char { output, gradient, parameter };

    std::uint64_t step = 0;    ///< optimizer steps taken before this one
    Path path{};               ///< place of the layer in the network
    std::string_view layer{};  ///< name of the layer
    std::size_t feature = 0;   ///< index of the feature; in a head: index of the copy
    std::size_t features = 0;  ///< number of features of the layer; in a head: number of copies
    double rate = 0;           ///< largest rate of the feature, without schedule and centre
    Kind kind = Kind::output;  ///< which number diverged
    double value = 0;          ///< its magnitude, often not finite
    double limit = 0;          ///< largest magnitude allowed
    bool copy = false;         ///< whether it is a copy of a head
};

/// A place in the network as text, such as "3" or "3.1.0", in the form that error messages use.
[[nodiscard, gnu::cold]] inline std::string path_text(const Path& path) {
    std::string text;
    for (std::size_t i = 0; i < path.depth; ++i) text = message_of({text, i == 0 ? "" : ".", path.place[i]});
    return text;
}

/// The divergence in one line: "diverged at step 17: layer 3.1 (Dense), feature 5 of 48, rate 2.5: output is
/// not finite".
[[nodiscard, gnu::cold]] inline std::string divergence_text(const Divergence& event) {
    const char* const kinds[] = {"output", "gradient", "parameter"};
    const bool likelihood = event.copy && event.kind == Divergence::Kind::output;
    const std::string what = message_of(
        {"diverged at step ", event.step, ": layer ", path_text(event.path), " (", event.layer, "), ",
         event.copy ? "copy " : "feature ", event.feature, " of ", event.features, ", rate ", event.rate,
         ": ", likelihood ? "its likelihood" : kinds[static_cast<std::size_t>(event.kind)]});
    if (!is_finite(event.value)) return message_of({what, " is not finite"});
    return message_of({what, " of magnitude ", event.value, ", limit ", event.limit});
}

/// Prints divergence_text.
inline std::ostream& operator<<(std::ostream& out, const Divergence& event) {
    return out << divergence_text(event);
}

/// Thrown if training cannot continue. Model and optimizer are in the state before the failed step.
struct DivergenceError : Error {
    [[gnu::cold]] DivergenceError(const Divergence& where, const std::string& why)
        : Error(message_of({"alrao: ", divergence_text(where), why.empty() ? "" : "; ", why})),
          divergence(where) {}

    Divergence divergence;  ///< the first divergence of the layer or head that caused the error
};

/// P(X >= k) for X ~ Binomial(n, p): the probability that k or more of n features have too large a rate, if
/// each of them has one with probability p. Small probabilities keep their relative precision.
[[nodiscard, gnu::cold]] inline double binomial_tail(std::size_t n, std::size_t k, double p) {
    if (k == 0 || p >= 1) return 1;
    if (k > n || p <= 0) return 0;
    double log_term = 0;  // logarithm of P(X = k)
    for (std::size_t i = 0; i < k; ++i)
        log_term += std::log(static_cast<double>(n - i) / static_cast<double>(k - i));
    log_term += static_cast<double>(k) * std::log(p) + static_cast<double>(n - k) * std::log1p(-p);
    double sum = 0, relative = 1;
    for (std::size_t x = k; x <= n; ++x) {
        sum += relative;
        relative *= static_cast<double>(n - x) / static_cast<double>(x + 1) * p / (1 - p);
    }
    const double tail = log_term + std::log(sum);
    return tail < 0 ? std::exp(tail) : 1;
}

}  // namespace alrao
