#include <alrao/check/layer/layer.hpp>
#include <alrao/ops/activation.hpp>
#include <alrao/ops/embedding.hpp>
#include <alrao/ops/softmax_head.hpp>

#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace check_layer_layer_test {

using namespace alrao;

namespace {

enum class Fault {
    none,
    facts,
    gradients,
    unwritten,
    stride,
    statistics,
    samples,
    batch,
    threads,
    prediction,
    in_place,
    first,
    workspace,
    undeclared_input,
    undeclared_memory,
};

/// y = w x, with one fault.
template <Fault fault>
struct Faulty {
    static constexpr std::string_view name = "Faulty";
    static constexpr Facts facts(const Shape& input) {
        Facts facts = Facts::same_shape(input);
        const std::size_t more = fault == Fault::facts ? 1 : 0;
        facts.parameters.push({.name = "w", .extents = Extents{input.channels() + more}, .feature_axis = 0});
        if (fault == Fault::statistics) facts.statistics.push({.name = "seen", .size = 1});
        facts.backward_needs_input = fault != Fault::in_place && fault != Fault::undeclared_input;
        facts.elementwise = fault == Fault::in_place;
        facts.saved.per_sample = facts.elementwise ? input.size() : 0;
        return facts;
    }
    template <class T>
    static void forward(Context<T>& c) {
        for (std::size_t r = 0; r < c.input.rows; ++r)
            for (std::size_t i = 0; i < c.input.channels; ++i) {
                const T* const x =
                    fault == Fault::stride ? c.input.data + r * c.input.channels : c.input.row(r);
                if (fault == Fault::in_place || fault == Fault::undeclared_memory)
                    c.saved.per_sample[r * c.input.channels + i] = x[i];
                T y = x[i] * c.parameter[0].value[i];
                if (fault == Fault::samples) y += c.input.row(c.input.rows - 1)[i] / 8;
                if (fault == Fault::batch) y += static_cast<T>(c.batch_size);
                if (fault == Fault::threads) y += static_cast<T>(c.threads->count());
                if (fault == Fault::prediction && c.training) y += 1;
                if (fault == Fault::in_place && r > 0) y += c.input.row(r - 1)[i];
                if (fault != Fault::unwritten || i > 0) c.output.row(r)[i] = y;
            }
        if (fault == Fault::statistics) c.statistic[0][0] += 1;
        if (fault == Fault::workspace && c.input.rows < 3) c.workspace[7] = 0;
    }
    template <class T>
    static void backward(Context<T>& c) {
        if (fault == Fault::first && !c.input_gradient) return;
        for (std::size_t i = 0; i < c.output_gradient.channels; ++i) {
            T sum = 0;
            for (std::size_t r = 0; r < c.output_gradient.rows; ++r) {
                const T dy = c.output_gradient.row(r)[i];
                const T x = fault == Fault::in_place ? c.saved.per_sample[r * c.input.channels + i]
                                                     : c.input.row(r)[i];
                sum += dy * x;
                if (c.input_gradient)
                    c.input_gradient.row(r)[i] =
                        dy * c.parameter[0].value[i] * T(fault == Fault::gradients ? 1.001 : 1);
            }
            c.parameter[0].gradient[i] = sum;
        }
        if (fault == Fault::facts) c.parameter[0].gradient[c.output_gradient.channels] = 0;
    }
    template <class T>
    static std::size_t workspace(const graph::Node&, std::size_t rows, int) {
        return fault == Fault::workspace ? (rows < 3 ? 8 : 4) : 0;
    }
};

/// Throws ArgumentError if there are gaps between rows.
struct Contiguous : Faulty<Fault::none> {
    template <class T>
    static void forward(Context<T>& c) {
        if (c.input.stride != c.input.channels) fail("there are gaps");
        Faulty::forward(c);
    }
};

/// Its Op declares that it reports magnitudes, and does not.
struct Silent : Faulty<Fault::none> {};

/// y = w x and its derivatives, for five channels.
struct Both {
    template <class Call>
    static void forward(const Call& call, check::Wanted& y) {
        for (std::size_t i = 0; i < call.input.size(); ++i)
            y.set(i, static_cast<long double>(call.input.data()[i]) * call.values[0].data()[i % 5]);
    }
    template <class Call>
    static void backward(const Call& call, check::Wanted& dx, std::vector<check::Wanted>& dp) {
        std::vector<long double> sum(5);
        for (std::size_t i = 0; i < call.input.size(); ++i) {
            const long double dy = call.output_gradient.data()[i];
            dx.set(i, dy * call.values[0].data()[i % 5]);
            sum[i % 5] += dy * call.input.data()[i];
        }
        for (std::size_t i = 0; i < 5; ++i) dp[0].set(i, sum[i]);
    }
};

using Words = Embedding<3, 2>;

template <Fault fault>
std::string breaks(std::string_view law) {
    const CheckReport report = check_layer<Faulty<fault>>(features(5));
    std::ostringstream text;
    text << report;
    CAPTURE(text.str());
    REQUIRE_FALSE(report);
    REQUIRE(report.find(law) != nullptr);
    CHECK(text.str().starts_with("layer Faulty, input 5: "));
    CHECK(text.str().find(std::string(law) + ":\n    ") != std::string::npos);
    return report.find(law)->found;
}

}  // namespace

}  // namespace check_layer_layer_test

template <>
struct alrao::Op<check_layer_layer_test::Silent> : alrao::PlainOp {
    template <class Backend, class T>
    static void forward(Context<T>& c) {
        check_layer_layer_test::Silent::forward(c);
    }
    template <class Backend, class T>
    static void backward(Context<T>& c) {
        check_layer_layer_test::Silent::backward(c);
    }
};

namespace check_layer_layer_test {

TEST_CASE("all laws hold for a correct layer") {
    for (const Shape& shape : {features(5), features(3, true), image(2, 3, 4)}) {
        const CheckReport report = check_layer<Faulty<Fault::none>>(shape);
        INFO(report);
        CHECK(report);
        CHECK(report.laws.size() == 11);
    }
    CHECK(check_layer<ReLU>(Input<5, 4, 3>{}, {.kinks = {0}}));
    CHECK(check_layer<Tanh>(Sequence<5>{}));
}

TEST_CASE("each fault breaks its law, and the report describes it") {
    CHECK(breaks<Fault::facts>(layer_law::facts) ==
          "w has 6 features along its feature axis, the output 5 channels");
    CHECK(breaks<Fault::gradients>(layer_law::gradients).find("by backward") != std::string::npos);
    CHECK(
        breaks<Fault::unwritten>(layer_law::writes) ==
        "batch of 1, training: output[0] is nan if all memory that the call must not read is NaN before it");
    CHECK(breaks<Fault::undeclared_input>(layer_law::writes).find("training: w[0] is nan") !=
          std::string::npos);
    CHECK(check_layer<Contiguous>(features(5)));  // refuses rows with gaps
    CHECK(breaks<Fault::stride>(layer_law::bounds).find("if there are gaps") != std::string::npos);
    CHECK(breaks<Fault::statistics>(layer_law::bounds).find("read-only memory") != std::string::npos);
    CHECK(breaks<Fault::samples>(layer_law::samples).find("if other samples change") != std::string::npos);
    CHECK(breaks<Fault::batch>(layer_law::batch).find("alone") != std::string::npos);
    CHECK(breaks<Fault::threads>(layer_law::threads).find("on 1 and 2 threads") != std::string::npos);
    CHECK(breaks<Fault::prediction>(layer_law::prediction).find("in prediction") != std::string::npos);
    CHECK(breaks<Fault::in_place>(layer_law::in_place).find("output[") != std::string::npos);
    CHECK(breaks<Fault::first>(layer_law::first).find("w[0] is ") != std::string::npos);
    CHECK(breaks<Fault::workspace>(layer_law::workspace) ==
          "a batch of 1 needs more than the 4 elements of a batch of 3");
}

TEST_CASE("after a write outside the memory of a call, no other law is tested") {
    const CheckReport report = check_layer<Faulty<Fault::undeclared_memory>>(features(5));
    CHECK_FALSE(report.is_complete);
    CHECK(report.laws == std::vector<std::string_view>{layer_law::facts, layer_law::bounds});
    REQUIRE(report.find(layer_law::bounds) != nullptr);
    CHECK(report.find(layer_law::bounds)->found ==
          "batch of 1, training: forward writes outside its memory, or into read-only memory");
    std::ostringstream text;
    text << report;
    CHECK(text.str().find("the other laws were not tested") != std::string::npos);
    CHECK(check_layer<Faulty<Fault::none>>(features(5)).is_complete);
}

TEST_CASE("only some laws are tested, and an unknown one is an error") {
    const CheckReport report =
        check_layer<Faulty<Fault::gradients>>(features(5), {.only = {layer_law::writes}});
    CHECK(report.laws == std::vector<std::string_view>{layer_law::writes});
    CHECK(report);
    CHECK_THROWS_WITH_AS(
        (void)check_layer<ReLU>(features(5), {.only = {"gradients"}}),
        "alrao: check_layer: .only contains \"gradients\", which is not one of the laws in layer_law",
        ArgumentError);
}

TEST_CASE("missing magnitudes are reported") {
    const CheckReport report = check_layer<Silent>(features(5));
    REQUIRE(report.find(layer_law::magnitudes) != nullptr);
    CHECK(report.broken.size() == 1);
}

TEST_CASE("a reference is a callable or has forward and backward; deviations from it are reported") {
    const auto product = [](const auto& call, check::Wanted& y) {
        for (std::size_t i = 0; i < call.input.size(); ++i)
            y.set(i, static_cast<long double>(call.input.data()[i]) * call.values[0].data()[i % 5]);
    };
    CHECK(check_layer<Faulty<Fault::none>>(features(5), {}, product).tried(layer_law::reference));
    CHECK(check_layer<Faulty<Fault::none>>(features(5), {}, product));
    const CheckReport report = check_layer<Faulty<Fault::prediction>>(features(5), {}, product);
    REQUIRE(report.find(layer_law::reference) != nullptr);
    CHECK(report.find(layer_law::reference)->found.find("the reference gives") != std::string::npos);
    CHECK(check_layer<Faulty<Fault::none>>(features(5), {}, Both{}));
    CHECK_FALSE(check_layer<Faulty<Fault::gradients>>(features(5), {.derivatives = 0}, Both{}));
}

TEST_CASE("a head and a layer that refuses the shape are errors") {
    CHECK_THROWS_AS((void)check_layer<SoftmaxClassifier<3>>(features(5)), ArgumentError);
    CHECK_THROWS_AS((void)check_layer<Words>(image(2, 2, 2)), ArgumentError);
}

}  // namespace check_layer_layer_test
