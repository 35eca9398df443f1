#include "../effort.hpp"
#include "layer_table.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cstdint>
#include <cstring>

using namespace alrao;
using namespace alrao::laws;

namespace {

template <class T>
using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

template <class T>
std::size_t differing_bits(const AlignedBuffer<T>& a, const AlignedBuffer<T>& b) {
    std::size_t count = a.size() == b.size() ? 0 : 1;
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
        count += std::bit_cast<Bits<T>>(a.data()[i]) != std::bit_cast<Bits<T>>(b.data()[i]);
    return count;
}

/// Results of two runs, array by array.
template <class L>
std::size_t differing_results(const L& a, const L& b) {
    std::vector<std::vector<char>> left, right;
    const auto keep = [](auto& into) {
        return [&into](const auto& buffer) {
            const char* first = reinterpret_cast<const char*>(buffer.data());
            into.emplace_back(first, first + buffer.size() * sizeof(*buffer.data()));
        };
    };
    a.for_each_result(keep(left));
    b.for_each_result(keep(right));
    return left == right ? 0 : 1;
}

/// The worst error as a share of what is allowed, `exact`: differing numbers.
template <class T>
double worst(const AlignedBuffer<T>& got, const Wanted& wanted, bool exact) {
    const Real epsilon = std::numeric_limits<T>::epsilon();
    double share = 0;
    for (std::size_t i = 0; i < got.size(); ++i) {
        if (exact) {
            share += got.data()[i] == static_cast<T>(wanted.value[i]) ? 0 : 2;
            continue;
        }
        const Real error = std::abs(Real{got.data()[i]} - wanted.value[i]);
        const Real allowed = wanted.slack[i] * epsilon + std::numeric_limits<T>::min();
        const auto here = static_cast<double>(error / allowed);
        if (!(here <= share)) share = here;
    }
    return share;
}

/// A test that hardly sees a number other than 0 shows nothing.
template <class T>
bool mostly_zero(const AlignedBuffer<T>& buffer) {
    std::size_t zeros = 0;
    for (const T& x : buffer.span()) zeros += x == 0;
    return buffer.size() >= 100 && zeros * 10 > buffer.size() * 7;
}

template <class Layer, class Backend, class T>
void against_reference(const Shape& shape, std::size_t batch, std::size_t steps, bool training, bool whole) {
    LoneLayer<Layer, Backend, T> layer(shape, batch, steps);
    if (training && layer.rows_in < Law<Layer>::fewest_rows) return;
    fill_layer(layer, 100 * batch + shape.size(), Law<Layer>::input_scale, whole);
    layer.training = training;
    layer.forward();
    if (training) layer.backward();
    Wanted y(layer.output.size()), dx(layer.input.size());
    std::vector<Wanted> dp;
    for (const auto& value : layer.values) dp.emplace_back(value.size());
    Law<Layer>::forward(layer, y);
    CAPTURE(name_of<Layer>());
    CAPTURE(Backend::name);
    CAPTURE(sizeof(T));
    CAPTURE(shape.size());
    CAPTURE(shape.channels());
    CAPTURE(batch);
    CAPTURE(steps);
    CAPTURE(training);
    CAPTURE(whole);
    CAPTURE(layer.node.facts.output.channels());
    CHECK(worst(layer.output, y, whole) <= 1);
    CHECK_FALSE(mostly_zero(layer.output));
    if (!training) return;
    Law<Layer>::backward(layer, dx, dp);
    if (!layer.node.facts.needs_to_be_first) {
        CHECK(worst(layer.input_gradient, dx, whole) <= 1);
        if (Law<Layer>::spreads_gradients) CHECK_FALSE(mostly_zero(layer.input_gradient));
    }
    for (std::size_t p = 0; p < dp.size(); ++p) {
        CAPTURE(p);
        CHECK(worst(layer.gradients[p], dp[p], whole) <= 1);
    }
}

/// Windows in long double: large images in small batches, small ones in large batches. Without
/// optimisation none is large.
template <class Layer>
bool too_slow(const Shape& shape, std::size_t batch) {
    if (batch > effort(batch, 5)) return true;
    return Law<Layer>::image_only && shape.size() * batch > effort(2000, 500);
}

/// Steps of each sample, where there are any.
std::vector<std::size_t> steps_for(const Shape& shape, bool steps_only) {
    if (!shape.per_token) return {1};
    if (!steps_only) return {3};
    return {1, 2, 17};
}

template <class F>
void for_each_layer(F f) {
    for_each_type(Layers{}, [&](auto layer) {
        for_each_type(BackendsOf<typename decltype(layer)::type>{}, [&](auto backend) { f(layer, backend); });
    });
}

}  // namespace

TEST_CASE("a layer gives what slow loops in long double give, within the bound of its roundings") {
    for_each_layer([]<class Layer, class Backend>(std::type_identity<Layer>, std::type_identity<Backend>) {
        for (const Shape& shape : shapes_for<Layer>())
            for (const std::size_t batch : {1U, 2U, 5U, 19U})
                for (const bool training : {true, false}) {
                    if (too_slow<Layer>(shape, batch)) continue;
                    for (const std::size_t steps : steps_for(shape, Law<Layer>::steps_only)) {
                        against_reference<Layer, Backend, float>(shape, batch, steps, training, false);
                        against_reference<Layer, Backend, double>(shape, batch, steps, training, false);
                    }
                }
    });
}

TEST_CASE("exact layers give on small whole numbers exactly what naive loops give") {
    std::size_t layers = 0;
    for_each_layer([&]<class Layer, class Backend>(std::type_identity<Layer>, std::type_identity<Backend>) {
        if constexpr (exact_in<Layer, Backend>) {
            ++layers;
            for (const Shape& shape : shapes_for<Layer>())
                for (const std::size_t batch : {1U, 2U, 3U, 5U, 8U, 19U, 33U})
                    for (const bool training : {true, false}) {
                        if (too_slow<Layer>(shape, batch)) continue;
                        const std::size_t steps = shape.per_token ? 3 : 1;
                        against_reference<Layer, Backend, float>(shape, batch, steps, training, true);
                        against_reference<Layer, Backend, double>(shape, batch, steps, training, true);
                    }
        }
    });
    CHECK(layers >= 10);
}

TEST_CASE("a batch is its examples one by one, bit for bit") {
    for_each_layer([]<class Layer, class Backend>(std::type_identity<Layer>, std::type_identity<Backend>) {
        if constexpr (own_products<Backend>) {
            for (const bool training : {true, false}) {
                if (training && !Law<Layer>::examples_apart) continue;
                for (const Shape& shape : shapes_for<Layer>()) {
                    const std::size_t batch = effort(19, 4), steps = shape.per_token ? 3 : 1;
                    LoneLayer<Layer, Backend, float> all(shape, batch, steps), one(shape, 1, steps);
                    fill_layer(all, shape.size(), Law<Layer>::input_scale);
                    fill_layer(one, shape.size(), Law<Layer>::input_scale);
                    one.choose_for(batch);
                    one.values = all.values;
                    one.statistics = all.statistics;
                    all.training = one.training = training;
                    all.forward();
                    if (training) all.backward();
                    std::size_t differing = 0;
                    const bool sums_up = !one.node.facts.output.per_token;
                    const std::size_t steps_out = sums_up ? 1 : steps;
                    const std::size_t in = one.input.size() / steps, out = one.output.size() / steps_out;
                    const std::size_t carried = one.carried.size();
                    const auto rows = [&](const AlignedBuffer<float>& of, std::size_t count, std::size_t row,
                                          std::size_t b) {
                        return sample_of(of.data(), batch, count, row, b);
                    };
                    const auto tells = [&](const AlignedBuffer<float>& buffer,
                                           const std::vector<float>& wanted) {
                        return wanted.empty() ||
                               std::memcmp(buffer.data(), wanted.data(), wanted.size() * sizeof(float)) == 0;
                    };
                    for (std::size_t b = 0; b < batch; ++b) {
                        const auto give = [&](AlignedBuffer<float>& to, const std::vector<float>& from) {
                            std::copy(from.begin(), from.end(), to.data());
                        };
                        give(one.input, rows(all.input, steps, in, b));
                        give(one.output_gradient, rows(all.output_gradient, steps_out, out, b));
                        give(one.carried, rows(all.carried, 1, carried, b));
                        one.forward();
                        differing += !tells(one.output, rows(all.output, steps_out, out, b));
                        differing += !tells(one.carried_on, rows(all.carried_on, 1, carried, b));
                        if (!training || all.node.facts.needs_to_be_first) continue;
                        one.backward();
                        differing += !tells(one.input_gradient, rows(all.input_gradient, steps, in, b));
                    }
                    CAPTURE(name_of<Layer>());
                    CAPTURE(shape.channels());
                    CAPTURE(training);
                    CHECK(differing == 0);
                }
            }
        }
    });
}

TEST_CASE("the same bits again, and with one, two and three threads") {
    for_each_layer([]<class Layer, class Backend>(std::type_identity<Layer>, std::type_identity<Backend>) {
        std::vector<std::pair<Shape, std::size_t>> sizes;
        if (!Law<Layer>::image_only)
            sizes = {{features_for<Layer>(5), 3}, {features_for<Layer>(67), effort(301, 35)}};
        if (!Law<Layer>::flat_only) sizes.emplace_back(image(9, 7, 8), effort(67, 11));
        if (Law<Layer>::image_only) sizes.emplace_back(image(17, 16, 64), effort(3, 1));
        for (const auto& size : sizes) {
            const Shape& shape = size.first;
            const std::size_t batch = size.second, steps = shape.per_token ? 4 : 1;
            CAPTURE(name_of<Layer>());
            CAPTURE(Backend::name);
            CAPTURE(batch);
            const auto run = [&](LoneLayer<Layer, Backend, float>& layer) {
                fill_layer(layer, 5, Law<Layer>::input_scale);
                layer.forward();
                layer.backward();
            };
            LoneLayer<Layer, Backend, float> first(shape, batch, steps), again(shape, batch, steps);
            run(first);
            run(again);
            CHECK(differing_results(first, again) == 0);
            first.forward();
            first.backward();
            CHECK(differing_results(first, again) == 0);
            if constexpr (own_products<Backend>) {
                for (const int threads : {2, 3}) {
                    LoneLayer<Layer, Backend, float> split(shape, batch, steps, threads);
                    run(split);
                    CAPTURE(threads);
                    CHECK(differing_results(first, split) == 0);
                }
            }
        }
    });
}

TEST_CASE("the largest outputs and gradients of each feature are reported as they are") {
    for_each_layer([]<class Layer, class Backend>(std::type_identity<Layer>, std::type_identity<Backend>) {
        const Shape shape = Law<Layer>::image_only ? image(4, 5, 36) : features_for<Layer>(33);
        if (Layer::facts(shape).parameters.size == 0) return;
        for (const std::size_t batch : {2U, 130U}) {
            LoneLayer<Layer, Backend, double> layer(shape, batch, shape.per_token ? 5 : 1);
            fill_layer(layer, 3);
            layer.forward();
            layer.backward();
            CAPTURE(name_of<Layer>());
            CAPTURE(Backend::name);
            const auto naive = [](const AlignedBuffer<double>& x, std::size_t columns) {
                std::vector<double> largest(columns);
                for (std::size_t i = 0; i < x.size(); ++i)
                    largest[i % columns] = std::max(largest[i % columns], std::abs(x.data()[i]));
                return largest;
            };
            const auto got = [](const AlignedBuffer<double>& x) {
                return std::vector<double>(x.data(), x.data() + x.size());
            };
            CHECK(got(layer.output_magnitude) == naive(layer.output, layer.node.facts.output.channels()));
            for (std::size_t p = 0; p < layer.values.size(); ++p)
                CHECK(got(layer.magnitudes[p]) == naive(layer.gradients[p], layer.columns(p)));

            if (layer.node.facts.needs_to_be_first) continue;
            // One number that is not finite shows in the features that it reaches.
            layer.input.data()[layer.input.size() - 1] = std::numeric_limits<double>::quiet_NaN();
            layer.forward();
            const std::size_t features = layer.output_magnitude.size();
            for (std::size_t i = 0; i < layer.output.size(); ++i)
                if (!is_finite(layer.output.data()[i]))
                    CHECK_FALSE(is_finite(layer.output_magnitude.data()[i % features]));
        }
    });
}

TEST_CASE("declared facts are sound: shapes, feature axes, one feature per output channel") {
    for_each_layer([]<class Layer, class Backend>(std::type_identity<Layer>, std::type_identity<Backend>) {
        CAPTURE(name_of<Layer>());
        for (const Shape& shape : shapes_for<Layer>()) {
            graph::Node node;
            node.input = shape;
            node.facts = Layer::facts(shape);
            CHECK_FALSE(node.facts.refusal);
            CHECK((node.facts.output.per_token == shape.per_token || Law<Layer>::steps_only));
            for (std::size_t p = 0; p < node.facts.parameters.size; ++p) {
                const Parameter& parameter = node.facts.parameters[p];
                CHECK(parameter.feature_axis < parameter.extents.rank);
                // Parameters of a group of their own compute what stays inside the layer.
                if (parameter.group == node.facts.parameters[node.facts.parameters.size - 1].group)
                    CHECK(parameter.extents[parameter.feature_axis] == node.facts.output.channels());
            }
        }
    });
}
