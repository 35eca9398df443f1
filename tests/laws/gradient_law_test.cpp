#include "../effort.hpp"
#include "layer_table.hpp"

#include <alrao/check/layer/gradient_check.hpp>

#include <doctest/doctest.h>

using namespace alrao;
using namespace alrao::laws;

TEST_CASE("gradients are right: |analytic - numeric| <= 1e-6 (|a| + |n|) + 1e-9 x the largest") {
    for_each_type(Layers{}, []<class Layer>(std::type_identity<Layer>) {
        for_each_type(BackendsOf<Layer>{}, []<class Backend>(std::type_identity<Backend>) {
            std::vector<Shape> shapes = shapes_for<Layer>();
            Philox random(Seed{11}, 0);
            std::size_t configurations = 0;
            for (std::size_t i = 0; configurations < effort(24, 2); ++i) {
                const Shape& shape = shapes[i % shapes.size()];
                if (shape.size() > 60) continue;
                GradientCheckOptions options;
                options.batch = static_cast<std::size_t>(1 + random.below(7));
                options.time_steps = shape.per_token ? static_cast<std::size_t>(1 + random.below(3)) : 1;
                options.seed = Seed{1000 + i};
                options.input_scale = Law<Layer>::input_scale;
                options.kinks = Law<Layer>::kinks();
                // Two standardised numbers are always nearly -1 and 1: the derivative is almost 0,
                // and it changes rapidly near equal inputs.
                const bool steep = Law<Layer>::fewest_rows > 1 || Law<Layer>::fewest_channels > 1;
                options.step = steep ? 2e-4 : Law<Layer>::step;
                const std::size_t rows = options.batch * shape.pixels() * options.time_steps;
                if (rows < 3 * (Law<Layer>::fewest_rows - 1)) continue;
                if (shape.channels() < 3 * (Law<Layer>::fewest_channels - 1)) continue;
                ++configurations;
                const GradientReport report = gradient_check<Layer, Backend>(shape, options);
                CAPTURE(name_of<Layer>());
                CAPTURE(Backend::name);
                CAPTURE(shape.size());
                CAPTURE(shape.channels());
                CAPTURE(options.batch);
                CAPTURE(report.where);
                CAPTURE(report.analytic);
                CAPTURE(report.numeric);
                CAPTURE(report.largest);
                CAPTURE(report.worst);
                CHECK(report.passed);
                if (!std::is_same_v<Layer, Normalize>) CHECK(report.compared > 0);
            }
        });
    });
}

TEST_CASE("gradients by Winograd's transform are right") {
    using Layer = Conv2d<16, Kernel<3>, Padding<1>>;
    for_each_type(BackendsOf<Layer>{}, []<class Backend>(std::type_identity<Backend>) {
        for (const std::size_t batch : {1U, 3U}) {
            CAPTURE(Backend::name);
            CAPTURE(batch);
            const GradientReport report = gradient_check<Layer, Backend>(image(5, 5, 16), {.batch = batch});
            CAPTURE(report.where);
            CAPTURE(report.worst);
            CHECK(report.passed);
            CHECK(report.compared > 2000);
        }
    });
}

TEST_CASE("in prediction the running statistics are constants, and gradients are correct, too") {
    // BatchNorm has backward in training only; in the others it does not depend on the mode.
    for_each_type(meta::List<Dense<5>, LayerNorm, GELU, Tanh>{}, []<class Layer>(std::type_identity<Layer>) {
        GradientCheckOptions options{.training = false};
        CHECK(gradient_check<Layer>(features(6), options).passed);
    });
}
