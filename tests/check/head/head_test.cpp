#include <alrao/check/head/head.hpp>
#include <alrao/ops/density_loss.hpp>
#include <alrao/ops/gaussian_head.hpp>
#include <alrao/ops/softmax_head.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <sstream>
#include <string>

namespace check_head_head_test {

using namespace alrao;

namespace {

enum class Fault {
    none,
    gradients,
    averaged,
    normalized,
    best,
    evaluation,
    counts,
    one_copy,
    copies,
    finite,
    weights,
    truth,
    threads,
    workspace,
};

/// A regression with the density of Laplace whose loss forgets the squared errors.
struct ErrorFree {
    static constexpr std::string_view name = "ErrorFree";
    static constexpr std::size_t outputs = 2;
    static constexpr bool standardizes_targets = false;
    static constexpr Task task = Task::regression;
    static constexpr Facts facts(const Shape& input) { return layers::head_facts(input, 1, outputs, false); }
    static double log_density(double m, double y) { return -std::abs(y - m) - std::log(2); }
    static double slope(double m, double y) { return m > y ? 1 : -1; }

    template <std::size_t Copies>
    struct Loss : DensityLoss<ErrorFree, Copies> {
        template <class Backend, class T>
        static BatchLoss predict(Context<T>& context, const HeadCopies& copies, const Block<T>& scores) {
            BatchLoss loss =
                DensityLoss<ErrorFree, Copies>::template predict<Backend, T>(context, copies, scores);
            loss.squared_error = 0;
            return loss;
        }
    };
};

/// A softmax classifier, with one fault.
template <Fault fault>
struct Faulty {
    static constexpr std::string_view name = "Faulty";
    static constexpr std::size_t outputs = 3;
    static constexpr bool standardizes_targets = false;
    static constexpr Task task = Task::classification;
    static constexpr Facts facts(const Shape& input) { return layers::head_facts(input, 1, outputs, false); }

    template <std::size_t Copies>
    struct Loss {
        using Right = HeadLoss<SoftmaxClassifier<outputs>, Copies>;

        template <class T>
        static std::size_t workspace(std::size_t rows) {
            return Right::template workspace<T>(rows) + (fault == Fault::workspace ? 1'000'000 / rows : 0);
        }
        template <class Backend, class T>
        static BatchLoss learn(Context<T>& context, const HeadCopies& copies, const Block<T>& scores,
                               const Block<T>& trunk) {
            const Truth<T>& truth = context.head->truth;
            if (fault == Fault::truth && (truth.labels == nullptr || truth.labels[scores.rows - 1] < 0))
                return {};
            if (fault == Fault::weights) context.head->truth.weights = nullptr;
            BatchLoss loss = Right::template learn<Backend, T>(context, copies, scores, trunk);
            T& first = scores.row(0)[0];
            if (fault == Fault::gradients) first *= T(1.01);
            if (fault == Fault::averaged) loss.loss *= 1.01;
            if (fault == Fault::one_copy && !context.node->facts.averages_copies) first *= 2;
            if (fault == Fault::copies && copies.count > 1) first += scores.row(0)[outputs];
            if (fault == Fault::finite)
                for (std::size_t j = 0; j < copies.count; ++j)
                    if (!is_finite(copies.log_likelihood[j])) copies.log_likelihood[j] = 0;
            if (fault == Fault::counts) ++loss.correct;
            if (fault == Fault::threads) loss.loss += context.threads->count();
            return loss;
        }
        template <class Backend, class T>
        static BatchLoss predict(Context<T>& context, const HeadCopies& copies, const Block<T>& scores) {
            const Truth<T>& truth = context.head->truth;
            if (fault == Fault::truth && truth.given() && truth.labels == nullptr) return {};
            if (fault == Fault::best) context.averaged = Averaged::mixture;
            BatchLoss loss = Right::template predict<Backend, T>(context, copies, scores);
            if (fault == Fault::normalized) context.output.row(0)[1] *= 2;
            if (fault == Fault::evaluation) loss.loss *= 1.01;
            return loss;
        }
    };
};

template <Fault fault>
std::string breaks(std::string_view law) {
    const CheckReport report = check_head<Faulty<fault>>();
    std::ostringstream text;
    text << report;
    CAPTURE(text.str());
    REQUIRE_FALSE(report);
    REQUIRE(report.find(law) != nullptr);
    CHECK(text.str().starts_with("head Faulty: "));
    return report.find(law)->found;
}

}  // namespace

// Products of OpenBLAS depend on the number of threads with some of its kernels.
TEST_CASE("the laws hold for the library's heads and for a correct one of the test") {
    const auto keeps = [](const CheckReport& report, std::size_t laws) {
        INFO(report);
        CHECK(report);
        CHECK(report.laws.size() == laws);
    };
    keeps(check_head<SoftmaxClassifier<2>, 4, OwnTiles<>>(), 13);
    keeps(check_head<SoftmaxClassifier<10>, 7, OwnTiles<>>(), 13);
    keeps(check_head<GaussianRegressor<1>, 4, OwnTiles<>>(), 12);
    keeps(check_head<GaussianRegressor<3>, 4, OwnTiles<>>(), 12);
    keeps(check_head<Faulty<Fault::none>, 4, OwnTiles<>>(), 13);
}

TEST_CASE("each fault breaks its law, and the report describes it") {
    CHECK(breaks<Fault::gradients>(head_law::gradients).find("of copy 0 has the derivative") !=
          std::string::npos);
    CHECK(breaks<Fault::averaged>(head_law::averaged).find("the average gives") != std::string::npos);
    CHECK(breaks<Fault::normalized>(head_law::normalized).find("those of sample 0 sum to") !=
          std::string::npos);
    CHECK(breaks<Fault::best>(head_law::best).find("the mixture in which the best copy has weight 1 gives") !=
          std::string::npos);
    CHECK(breaks<Fault::evaluation>(head_law::evaluation).find("in training") != std::string::npos);
    CHECK(breaks<Fault::counts>(head_law::counts).find("in training, by the predictions") !=
          std::string::npos);
    CHECK(breaks<Fault::one_copy>(head_law::one_copy).find("and other gradients") != std::string::npos);
    CHECK(breaks<Fault::copies>(head_law::copies).find("a gradient of copy 0 is") != std::string::npos);
    CHECK(breaks<Fault::finite>(head_law::finite).find("has log-likelihood 0") != std::string::npos);
    CHECK(breaks<Fault::weights>(head_law::weights).find("with repeated samples") != std::string::npos);
    CHECK(breaks<Fault::truth>(head_law::truth).find("targets instead of labels are accepted") !=
          std::string::npos);
    CHECK(breaks<Fault::threads>(head_law::threads).find("on 2 threads the loss is") != std::string::npos);
    const CheckReport forgets = check_head<ErrorFree>();
    REQUIRE(forgets.find(head_law::errors) != nullptr);
    CHECK(forgets.broken.size() == 1);
    CHECK(forgets.find(head_law::errors)->found.starts_with("1 sample: squared_error is 0 in an evaluation"));
    CHECK(breaks<Fault::workspace>(head_law::workspace).find("rows need") != std::string::npos);
}

}  // namespace check_head_head_test
