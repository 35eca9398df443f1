#include "../laws/law_nets.hpp"

#include <alrao/ops/head.hpp>

#include <doctest/doctest.h>

using namespace alrao;

TEST_CASE("labels are looked at before they are indices") {
    const std::int32_t labels[] = {0, 2, 1};
    CHECK_NOTHROW(alrao::detail::require_labels(labels, 3, 3));
    CHECK_THROWS_AS(alrao::detail::require_labels(labels, 3, 2), ArgumentError);
    CHECK_THROWS_AS(alrao::detail::require_labels(nullptr, 3, 2), ArgumentError);
}

TEST_CASE("the loss is a mean: divided by the sum of the sample weights") {
    const double weights[] = {0.5, 0.25, 0.25, 1};
    HeadExchange<double> head;
    Context<double> context;
    context.head = &head;
    context.input.rows = 4;
    CHECK(alrao::detail::mean_factor(context) == 0.25);
    head.sample_weights = weights;
    CHECK(alrao::detail::mean_factor(context) == 0.5);
    const double none[4] = {};
    head.sample_weights = none;
    CHECK(alrao::detail::mean_factor(context) == 0);
}

TEST_CASE("a copy's gradient does not depend on the averaging weights") {
    using Net = laws::NetBefore<double, laws::SmallHead>;
    Threads threads(1);
    Net net(Seed{1});
    const laws::LawBatch<Net> data(5, 1);
    TrainingPass<Net> pass(5, threads);
    const auto gradients = [&] {
        pass.forward(net, data.labelled(), {1, 1}, false);
        pass.backward(net, false);
        return laws::parameter_gradients(pass);
    };
    const std::vector<double> even = gradients();
    laws::stir(net, 3);
    const Net fresh(Seed{1});
    std::ranges::copy(fresh.parameter_buffer(), net.parameter_buffer().begin());
    const std::vector<double> uneven = gradients();
    const std::size_t trunk = Net::parameters[0].elements() + Net::parameters[1].elements();
    CHECK(std::equal(even.begin() + static_cast<std::ptrdiff_t>(trunk), even.end(),
                     uneven.begin() + static_cast<std::ptrdiff_t>(trunk)));
    CHECK_FALSE(std::equal(even.begin(), even.begin() + static_cast<std::ptrdiff_t>(trunk),
                           uneven.begin()));
}
