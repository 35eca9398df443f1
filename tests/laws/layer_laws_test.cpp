#include "../effort.hpp"
#include "layer_table.hpp"

#include <alrao/check/layer/layer.hpp>

#include <doctest/doctest.h>

#include <algorithm>

using namespace alrao;
using namespace alrao::laws;

namespace {

/// Sizes for layers with windows, whose references are slow: large images in small batches, small images in large
/// batches; small ones only without optimisation.
template <class Layer>
bool too_slow(const Shape& shape, std::size_t batch) {
    if (batch > effort(batch, 5)) return true;
    return Law<Layer>::image_only && shape.size() * batch > effort(2000, 500);
}

/// The options of check_layer for a layer of the table.
template <class Layer, class Backend>
LayerCheckOptions options_for(const Shape& shape, std::vector<std::size_t> batches) {
    std::erase_if(batches, [&](std::size_t batch) { return too_slow<Layer>(shape, batch); });
    const bool steep = Law<Layer>::fewest_rows > 1 || Law<Layer>::fewest_channels > 1;
    const bool small = shape.size() <= 60 && shape.channels() >= 3 * (Law<Layer>::fewest_channels - 1);
    return {.batches = std::move(batches),
            .time_steps = {3},
            .threads = own_products<Backend> ? std::vector<int>{2, 3} : std::vector<int>{1},
            .seed = Seed{shape.size()},
            .input_scale = Law<Layer>::input_scale,
            .kinks = Law<Layer>::kinks(),
            .step = steep ? 2e-4 : Law<Layer>::step,
            .derivatives = small ? effort(8, 2) : std::size_t{0},  // all of them: gradient_law_test.cpp
            .random = Law<Layer>::random,
            .fewest_rows = Law<Layer>::fewest_rows,
            .bitwise = own_products<Backend>};
}

/// Checks one layer for one shape. Returns false, without a check, if every batch is too slow without optimisation.
template <class Layer, class Backend>
bool keeps_laws(const Shape& shape, const LayerCheckOptions& options) {
    if (options.batches.empty()) return false;
    const CheckReport report = check_layer<Layer, Backend>(shape, options, Law<Layer>{});
    CAPTURE(Backend::name);
    CAPTURE(shape.size());
    CAPTURE(shape.channels());
    INFO(report);
    CHECK(report);
    return true;
}

template <class F>
void for_each_layer(F f) {
    for_each_type(Layers{}, [&](auto layer) {
        for_each_type(BackendsOf<typename decltype(layer)::type>{}, [&](auto backend) { f(layer, backend); });
    });
}

}  // namespace

TEST_CASE("the laws of check_layer hold for every layer, and results agree with the reference") {
    for_each_layer([]<class Layer, class Backend>(std::type_identity<Layer>, std::type_identity<Backend>) {
        std::size_t checked = 0;
        for (const Shape& shape : shapes_for<Layer>()) {
            auto options =
                options_for<Layer, Backend>(shape, {shape.size() % 2 == 0 ? std::size_t{1} : std::size_t{4}});
            if (keeps_laws<Layer, Backend>(shape, options)) ++checked;
            options = options_for<Layer, Backend>(shape, {1, 2, 5, 19});
            options.only = {layer_law::reference};
            if (Law<Layer>::steps_only) options.time_steps = {1, 2, 17};
            if (keeps_laws<Layer, Backend>(shape, options)) ++checked;
        }
        CAPTURE(name_of<Layer>());
        CHECK(checked >= 2);
    });
}

TEST_CASE("exact layers give on small integers exactly the results of naive loops") {
    std::size_t layers = 0;
    for_each_layer([&]<class Layer, class Backend>(std::type_identity<Layer>, std::type_identity<Backend>) {
        if constexpr (exact_in<Layer, Backend>) {
            ++layers;
            for (const Shape& shape : shapes_for<Layer>()) {
                auto options = options_for<Layer, Backend>(shape, {1, 2, 3, 5, 8, 19, 33});
                options.whole_numbers = true;
                options.only = {layer_law::reference};
                options.time_steps = {3};
                keeps_laws<Layer, Backend>(shape, options);
            }
        }
    });
    CHECK(layers >= 10);
}

TEST_CASE("large batches have the same bits on 1, 2 and 3 threads, and their magnitudes are reported") {
    for_each_layer([]<class Layer, class Backend>(std::type_identity<Layer>, std::type_identity<Backend>) {
        std::vector<std::pair<Shape, std::size_t>> sizes;
        if (!Law<Layer>::image_only) sizes = {{features_for<Layer>(67), effort(301, 35)}};
        if (!Law<Layer>::flat_only) sizes.emplace_back(image(9, 7, 8), effort(67, 11));
        if (Law<Layer>::image_only) sizes.emplace_back(image(17, 16, 64), effort(3, 1));
        for (const auto& [shape, batch] : sizes) {
            auto options = options_for<Layer, Backend>(shape, {});
            options.batches = {batch};
            options.time_steps = {4};
            options.only = {layer_law::threads, layer_law::magnitudes};
            keeps_laws<Layer, Backend>(shape, options);
        }
    });
}

TEST_CASE("most numbers of the table are not 0, because zeros would hide errors") {
    const auto mostly_zero = [](const AlignedBuffer<float>& numbers) {
        const auto zeros = std::count(numbers.span().begin(), numbers.span().end(), 0.0F);
        return numbers.size() >= 100 && static_cast<std::size_t>(zeros) * 10 > numbers.size() * 7;
    };
    for_each_type(Layers{}, [&]<class Layer>(std::type_identity<Layer>) {
        for (const Shape& shape : shapes_for<Layer>()) {
            LoneLayer<Layer, OwnTiles<>, float> layer(shape, 5, shape.per_token ? 3 : 1);
            fill_layer(layer, shape.size(), Law<Layer>::input_scale);
            layer.forward();
            layer.backward();
            CAPTURE(name_of<Layer>());
            CHECK_FALSE(mostly_zero(layer.output));
            if (Law<Layer>::spreads_gradients && !layer.node.facts.needs_to_be_first)
                CHECK_FALSE(mostly_zero(layer.input_gradient));
        }
    });
}

TEST_CASE("a layer with a sequence as input gives a sequence, or Facts state otherwise") {
    for_each_type(Layers{}, []<class Layer>(std::type_identity<Layer>) {
        CAPTURE(name_of<Layer>());
        for (const Shape& shape : shapes_for<Layer>())
            CHECK((Layer::facts(shape).output.per_token == shape.per_token || Law<Layer>::steps_only));
    });
}
