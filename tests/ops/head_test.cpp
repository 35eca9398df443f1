#include "../laws/law_nets.hpp"

#include <alrao/ops/head.hpp>
#include <alrao/tensor/log_domain.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

namespace ops_head_test {

using namespace alrao;

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
    CHECK_FALSE(std::equal(even.begin(), even.begin() + static_cast<std::ptrdiff_t>(trunk), uneven.begin()));
}

namespace {

constexpr std::size_t copies = 4;

using DifferentBackends = std::conditional_t<std::is_same_v<DefaultBackend, OwnTiles<>>,
                                             meta::List<OwnTiles<>>, meta::List<OwnTiles<>, DefaultBackend>>;

template <class T, class Classifier>
struct Narrowed : Model<T, Input<7>, Dense<9>, Tanh, AveragedHead<Classifier, copies>> {
    using Narrowed::Model::Model;
};

/// A network in which some copies have weight 0 but are still computed.
template <class Net>
void drop(Net& net, const std::vector<std::uint64_t>& retired) {
    Posterior& posterior = net.posterior();
    double left = 0;
    for (std::size_t j = 0; j < copies; ++j)
        if (retired[j] == 0) left += posterior.weight(j);
    for (std::size_t j = 0; j < copies; ++j)
        posterior.log_weights[j] = retired[j] != 0 ? log_zero : posterior.log_weights[j] - std::log(left);
}

template <class T>
bool near(T a, T b, T scale) {
    return std::abs(a - b) <= 64 * std::numeric_limits<T>::epsilon() * scale;
}

/// A retired copy has the same effect as a copy of weight 0, but is not computed: it has no gradient and no
/// likelihood. With OwnTiles the gradients of the other copies are bit-identical; BLAS may sum a column
/// in another order if there are fewer columns.
template <class Backend, class Net, class Batch>
void check_retired(const Batch& batch, const std::vector<std::uint64_t>& retired, int thread_count) {
    using T = typename Net::scalar;
    constexpr bool same_bits = std::is_same_v<Backend, OwnTiles<>>;
    Threads threads(thread_count);
    Net all(Seed{1});
    laws::stir(all, 2);
    drop(all, retired);
    Net some = all;
    some.posterior().retired = retired;
    TrainingPass<Net, Backend> of_all(batch.samples, threads), of_some(batch.samples, threads);
    std::fill(of_some.gradients().begin(), of_some.gradients().end(), T(7));
    const BatchLoss loss = of_all.forward(all, batch, {1, 1}, true);
    const BatchLoss narrow = of_some.forward(some, batch, {1, 1}, true);
    CHECK(narrow.loss == doctest::Approx(loss.loss).epsilon(1e-6));
    CHECK(narrow.correct == loss.correct);
    of_all.backward(all, true);
    of_some.backward(some, true);
    for (std::size_t j = 0; j < copies; ++j) {
        if (retired[j] != 0) CHECK(of_some.log_likelihood()[j] == log_zero);
        else
            CHECK(near(static_cast<T>(of_some.log_likelihood()[j]),
                       static_cast<T>(of_all.log_likelihood()[j]),
                       static_cast<T>(1 + std::abs(of_all.log_likelihood()[j]))));
    }
    for (std::size_t p = 0; p < Net::parameters.size(); ++p) {
        const ParameterEntry& entry = Net::parameters[p];
        const auto of = [&](auto& pass) { return pass.gradients().subspan(entry.offset); };
        for (std::size_t i = 0; i < entry.elements(); ++i) {
            if (entry.copies == 0) {
                CHECK(near(of(of_some)[i], of(of_all)[i], T(1)));
                continue;
            }
            const std::size_t copy = i % entry.columns / entry.inner;
            if (copy >= copies) continue;
            if (retired[copy] != 0) CHECK(of(of_some)[i] == T(7));
            else if (same_bits) CHECK(of(of_some)[i] == of(of_all)[i]);
            else CHECK(near(of(of_some)[i], of(of_all)[i], T(1)));
        }
        for (std::size_t c = 0; entry.copies > 0 && c < copies * entry.inner; ++c) {
            const T magnitude = of_some.gradient_magnitude(p)[c];
            if (retired[c / entry.inner] != 0) CHECK(magnitude == T(0));
            else if (same_bits) CHECK(magnitude == of_all.gradient_magnitude(p)[c]);
            else CHECK(near(magnitude, of_all.gradient_magnitude(p)[c], T(1)));
        }
    }
    Workspace<Net, Backend> workspace(batch.samples, threads);
    for (const Averaged averaged : {Averaged::standard, Averaged::mixture, Averaged::best_copy}) {
        const BatchLoss a = workspace.evaluate(all, batch, averaged);
        const BatchLoss b = workspace.evaluate(some, batch, averaged);
        CHECK(b.loss == doctest::Approx(a.loss).epsilon(1e-6));
        CHECK(b.squared_error == doctest::Approx(a.squared_error).epsilon(1e-5));
        CHECK(b.correct == a.correct);
        const auto output = [&](const Net& net) {
            const Block<const T> block = workspace.run(net, batch.inputs, batch.samples, 1, averaged);
            return std::vector<T>(block.data, block.data + block.rows * block.stride);
        };
        const std::vector<T> wide = output(all), slim = output(some);
        for (std::size_t i = 0; i < wide.size(); ++i) CHECK(near(slim[i], wide[i], T(4)));
    }
}

template <class Backend, class T, class Classifier>
void check_all_patterns() {
    using Net = Narrowed<T, Classifier>;
    const laws::LawBatch<Net> data(19, 1);
    for (unsigned pattern = 0; pattern + 1 < (1U << copies); ++pattern) {
        std::vector<std::uint64_t> retired(copies);
        for (std::size_t j = 0; j < copies; ++j) retired[j] = (pattern >> j) & 1U;
        for (const int threads : {1, 2}) {
            if constexpr (std::is_same_v<Classifier, GaussianRegressor<3>>)
                check_retired<Backend, Net>(data.regression(true), retired, threads);
            else check_retired<Backend, Net>(data.labelled(true), retired, threads);
        }
    }
}

}  // namespace

TEST_CASE_TEMPLATE("retired copies are left out of products, gradients and predictions", T, float, double) {
    laws::for_each_type(DifferentBackends{}, []<class Backend>(std::type_identity<Backend>) {
        check_all_patterns<Backend, T, SoftmaxClassifier<3>>();
        check_all_patterns<Backend, T, SoftmaxClassifier<37>>();
        check_all_patterns<Backend, T, GaussianRegressor<3>>();
    });
}

}  // namespace ops_head_test
