#include <alrao/learn/one_rate.hpp>

#include <doctest/doctest.h>

namespace learn_one_rate_test {

using namespace alrao;

TEST_CASE("a spec returns its rule; the decay of AdamW has PyTorch's meaning") {
    CHECK(Sgd{.rate = 0.1, .momentum = 0.9, .nesterov = true, .weight_decay = 1e-4}.rule() ==
          rule::Sgd{.momentum = 0.9, .nesterov = true, .weight_decay = 1e-4});
    CHECK(Adam{}.rate == 1e-3);
    CHECK(Adam{.beta1 = 0.8}.rule() == rule::Adam{.beta1 = 0.8});
    CHECK(AdamW{.rate = 0.5, .weight_decay = 0.25}.rule().decoupled_decay == 0.125);
    CHECK(AdamW{}.rule() == rule::AdamW{});
    static_assert(OneRateSpec<Sgd> && OneRateSpec<Adam> && OneRateSpec<AdamW>);
    static_assert(!OneRateSpec<rule::Sgd>);
    static_assert(UpdateRule<rule::Sgd> && UpdateRule<rule::Adam> && UpdateRule<rule::AdamW> &&
                  UpdateRule<rule::AuthorsMomentum>);
    static_assert(!UpdateRule<Adam>);
}

}  // namespace learn_one_rate_test
