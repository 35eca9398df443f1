#pragma once

#include <alrao/layers/facts.hpp>
#include <alrao/shape/options.hpp>

namespace alrao {

/// Dropout: in training, each value x is set to 0 with probability p and to x / (1 - p) otherwise; in
/// prediction the layer does nothing (inverted dropout, as in PyTorch). p is a Percent, 0.5 by default.
/// Any shape, no parameters. The mask is a function of seed, optimizer step, layer and position; it is
/// not stored, but computed again in backward.
template <class PercentRate = Percent<50>>  // Dropout<Percent<20>>
struct Dropout {
    static constexpr std::string_view name = "Dropout";
    static constexpr double rate = percent_value<PercentRate>;
    static constexpr Facts facts(const Shape& input) {
        Facts facts = Facts::same_shape(input);
        facts.elementwise = true;
        facts.flops = static_cast<double>(input.size());
        facts.backward_flops = facts.flops;
        return facts;
    }

    static_assert(is_percent<PercentRate>, "alrao: Dropout takes its rate as Percent<P>");
    static_assert(percent_value<PercentRate> < 1,
                  "alrao: Dropout<Percent<P>> needs a rate below 100 percent");
};

}  // namespace alrao
