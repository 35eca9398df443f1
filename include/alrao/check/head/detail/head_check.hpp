#pragma once

#include <alrao/check/detail/same_bits.hpp>
#include <alrao/check/head/detail/head_case.hpp>
#include <alrao/check/head/laws.hpp>
#include <alrao/check/report.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace alrao::check {

/// Tests the laws of one head. Each private function tests one law or a few, for one batch size.
template <class Head, std::size_t Copies, class Backend>
class HeadCheck {
    static_assert(Copies > 1, "alrao: check_head<Head, Copies> needs at least two copies, to compare them");

public:
    explicit HeadCheck(const HeadCheckOptions& options)
        : options_(options), net_(stirred<Net>(options.seed)) {
        report_.subject = message_of({"head ", std::string_view(Head::name)});
    }

    [[nodiscard]] CheckReport report() {
        note_workspace<AveragedHead<Head, Copies>, Backend>(report_);
        for (const std::size_t samples : options_.batches) {
            const HeadBatch<double> data(samples, Head::outputs, options_);
            here_ = message_of({samples, samples == 1 ? " sample: " : " samples: "});
            gradients(data);
            averaged(data);
            predictions(data);
            one_copy(data);
            copies(data);
            finite(data);
            weights(data);
            truth(data);
            threads();
        }
        return report_;
    }

private:
    using Net = HeadNet<double, AveragedHead<Head, Copies>>;

    [[nodiscard]] bool is_close(double a, double b) const {
        return std::abs(a - b) <= options_.tolerance * (1 + std::abs(a) + std::abs(b));
    }
    HeadResult learned(const Net& net, const Batch<double>& batch) const {
        return check::learned<Backend>(net, batch);
    }

    /// Compares each derivative with a difference of losses: for a parameter of a copy, of the loss of this
    /// copy; for one of the trunk, of the averaged loss.
    void gradients(const HeadBatch<double>& data) {
        const Batch<double> batch = data.batch(Head::task, true);
        Threads threads(1);
        TrainingPass<Net, Backend> pass(batch.samples, threads);
        const HeadResult at = HeadResult(pass, net_, batch);
        double largest = 0;
        for (const double g : at.gradients) largest = std::max(largest, std::abs(g));
        Net net = net_;
        for_each_parameter<Net>([&](std::size_t number, std::size_t copy) {
            double& value = net.parameter_buffer()[number];
            const double origin = value;
            const auto loss = [&](double x) {
                value = x;
                const BatchLoss sums = pass.forward(net, batch, {1, 1}, true);
                return (copy == Copies ? sums.loss : -pass.log_likelihood()[copy]) / sums.weight;
            };
            const auto central = [&](double h) { return (loss(origin + h) - loss(origin - h)) / (2 * h); };
            const double numeric = (4 * central(options_.step / 2) - central(options_.step)) / 3;
            value = origin;
            const double analytic = at.gradients[number];
            const double allowed =
                options_.relative * (std::abs(analytic) + std::abs(numeric)) + options_.of_largest * largest;
            const std::string who = copy == Copies ? "the trunk" : message_of({"copy ", copy});
            report_.note(head_law::gradients, std::abs(analytic - numeric) <= allowed,
                         {here_, "a parameter of ", who, " has the derivative ", analytic,
                          ", by differences ", numeric});
        });
    }

    /// Tests one sample at a time, because the log-likelihood of a copy is a sum over the batch.
    void averaged(const HeadBatch<double>& data) {
        const Batch<double> all = data.batch(Head::task);
        double sum = 0;
        for (std::size_t r = 0; r < all.samples; ++r) {
            Batch<double> one = all;
            one.inputs += r * HeadBatch<double>::width;
            if (one.truth.labels != nullptr) one.truth.labels += r;
            if (one.truth.targets != nullptr) one.truth.targets += r * Head::outputs;
            one.samples = 1;
            const HeadResult result = learned(net_, one);
            double likelihood = 0;
            for (std::size_t j = 0; j < Copies; ++j)
                likelihood += net_.posterior().weight(j) * std::exp(result.log_likelihood[j]);
            report_.note(head_law::averaged, is_close(result.loss, -std::log(likelihood)),
                         {here_, "the loss is ", result.loss, ", the average gives ", -std::log(likelihood)});
            sum += result.loss;
        }
        const HeadResult result = learned(net_, all);
        report_.note(head_law::averaged, is_close(result.loss, sum),
                     {here_, "the loss of the batch is ", result.loss,
                      ", the sum of the losses of its single samples is ", sum});
    }

    void predictions(const HeadBatch<double>& data) {
        const Batch<double> batch = data.batch(Head::task);
        const auto outputs = predicted<Backend>(net_, batch, Averaged::mixture);
        for (std::size_t r = 0; r < batch.samples && Head::task == Task::classification; ++r) {
            double sum = 0, least = 0;
            for (std::size_t k = 0; k < Head::outputs; ++k) {
                sum += outputs[r * Head::outputs + k];
                least = std::min(least, outputs[r * Head::outputs + k]);
            }
            report_.note(head_law::normalized, is_close(sum, 1) && !(least < 0),
                         {here_, "those of sample ", r, " sum to ", sum, ", the smallest is ", least});
        }
        Net certain = net_;
        std::vector<double>& log_weights = certain.posterior().log_weights;
        const std::size_t best = net_.posterior().best();
        std::fill(log_weights.begin(), log_weights.end(), -std::numeric_limits<double>::infinity());
        log_weights[best] = 0;
        const auto alone = predicted<Backend>(net_, batch, Averaged::best_copy);
        const auto wanted = predicted<Backend>(certain, batch, Averaged::mixture);
        for (std::size_t i = 0; i < alone.size(); ++i)
            report_.note(head_law::best, is_close(alone[i], wanted[i]),
                         {here_, "output ", i, " of Averaged::best_copy is ", alone[i],
                          "; the mixture in which the best copy has weight 1 gives ", wanted[i]});

        Threads threads(1);
        Workspace<Net, Backend> workspace(batch.samples, threads);
        for (const bool weighted : {false, true}) {
            const Batch<double> compared = data.batch(Head::task, weighted);
            const BatchLoss evaluated = workspace.evaluate(net_, compared, Averaged::mixture);
            const HeadResult trained = learned(net_, compared);
            report_.note(head_law::evaluation, is_close(evaluated.loss, trained.loss),
                         {here_, "the loss is ", evaluated.loss, ", in training ", trained.loss});
            errors(compared, outputs, evaluated, "in an evaluation");
            if (Head::task == Task::classification) errors(compared, outputs, trained.sums, "in training");
        }
    }

    /// Compares BatchLoss::correct or BatchLoss::squared_error of a batch with the values computed from
    /// `outputs`.
    void errors(const Batch<double>& batch, const std::vector<double>& outputs, const BatchLoss& sums,
                std::string_view when) {
        const BatchLoss wanted = errors_of(batch, outputs, Head::outputs);
        if (Head::task == Task::classification) {
            report_.note(
                head_law::counts, sums.correct == wanted.correct,
                {here_, "correct is ", sums.correct, " ", when, ", by the predictions ", wanted.correct});
        } else {
            const double stated = sums.squared_error * sums.error_unit * sums.error_unit;
            report_.note(head_law::errors, is_close(stated, wanted.squared_error),
                         {here_, "squared_error is ", stated, " ", when, ", by the predictions ",
                          wanted.squared_error});
        }
    }

    void one_copy(const HeadBatch<double>& data) {
        using Alone = HeadNet<double, Head>;
        using Averaging = HeadNet<double, AveragedHead<Head, 1>>;
        const auto alone = stirred<Alone>(options_.seed);
        Averaging average(options_.seed);
        std::copy_n(alone.parameter_buffer().data(), alone.parameter_buffer().size(),
                    average.parameter_buffer().data());
        const Batch<double> batch = data.batch(Head::task, true);
        const HeadResult a = check::learned<Backend>(alone, batch),
                         b = check::learned<Backend>(average, batch);
        report_.note(head_law::one_copy, same_bits(a.loss, b.loss) && a.gradients == b.gradients,
                     {here_, "the head has the loss ", a.loss, ", one copy of it ", b.loss,
                      a.gradients == b.gradients ? "" : ", and other gradients"});
        report_.note(head_law::one_copy,
                     predicted<Backend>(alone, batch, Averaged::standard) ==
                         predicted<Backend>(average, batch, Averaged::standard),
                     {here_, "the head predicts other numbers than one copy of it"});
    }

    /// Tests that two passes give bit-identical likelihoods and gradients for all copies except `changed`.
    void others_stay(std::string_view law, const HeadResult& before, const HeadResult& after,
                     std::size_t changed) {
        for (std::size_t j = 0; j < Copies; ++j)
            report_.note(law, j == changed || same_bits(before.log_likelihood[j], after.log_likelihood[j]),
                         {here_, "copy ", j, " has log-likelihood ", before.log_likelihood[j], ", or ",
                          after.log_likelihood[j], " if copy ", changed, " changes"});
        for_each_parameter<Net>([&](std::size_t number, std::size_t copy) {
            if (copy == changed || copy == Copies) return;
            report_.note(law, same_bits(before.gradients[number], after.gradients[number]),
                         {here_, "a gradient of copy ", copy, " is ", before.gradients[number], ", or ",
                          after.gradients[number], " if copy ", changed, " changes"});
        });
    }
    void copies(const HeadBatch<double>& data) {
        const Batch<double> batch = data.batch(Head::task, true);
        const HeadResult before = learned(net_, batch);
        for (std::size_t changed = 0; changed < Copies; ++changed) {
            Net net = net_;
            for_each_parameter<Net>([&](std::size_t number, std::size_t copy) {
                if (copy == changed) net.parameter_buffer()[number] *= -1.5;
            });
            others_stay(head_law::copies, before, learned(net, batch), changed);
        }
    }
    void finite(const HeadBatch<double>& data) {
        const Batch<double> batch = data.batch(Head::task, true);
        const HeadResult before = learned(net_, batch);
        for (const double bad :
             {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
            const std::size_t changed = Copies / 2;
            Net net = net_;
            for_each_parameter<Net>([&](std::size_t number, std::size_t copy) {
                if (copy == changed) net.parameter_buffer()[number] = bad;
            });
            const HeadResult after = learned(net, batch);
            const double l = after.log_likelihood[changed];
            report_.note(head_law::finite, l < 0 && !is_finite(l),
                         {here_, "a copy whose parameters are ", bad, " has log-likelihood ", l});
            report_.note(head_law::finite, is_finite(after.loss), {here_, "the loss is ", after.loss});
            others_stay(head_law::finite, before, after, changed);
        }
    }

    void weights(const HeadBatch<double>& data) {
        if (data.labels.size() < 3) return;
        HeadBatch<double> weighted = data, repeated = data;
        std::fill(weighted.weights.begin(), weighted.weights.end(), 1.0);
        weighted.weights[0] = 2;
        weighted.weights[1] = 0;
        repeated.replace(1, 0, Head::outputs);
        const HeadResult a = learned(net_, weighted.batch(Head::task, true));
        const HeadResult b = learned(net_, repeated.batch(Head::task));
        report_.note(head_law::weights, is_close(a.loss, b.loss) && is_close(a.weight, b.weight),
                     {here_, "with sample weights the loss is ", a.loss, " (total weight ", a.weight,
                      "), with repeated samples it is ", b.loss, " (total weight ", b.weight, ")"});
        for (std::size_t j = 0; j < Copies; ++j)
            report_.note(head_law::weights, is_close(a.log_likelihood[j], b.log_likelihood[j]),
                         {here_, "copy ", j, " has log-likelihood ", a.log_likelihood[j],
                          ", with repeated samples ", b.log_likelihood[j]});
        for_each_parameter<Net>([&](std::size_t number, std::size_t) {
            report_.note(head_law::weights, is_close(a.gradients[number], b.gradients[number]),
                         {here_, "a gradient is ", a.gradients[number], ", with repeated samples ",
                          b.gradients[number]});
        });
    }

    void truth(const HeadBatch<double>& data) {
        const auto refused = [&](const char* what, const Batch<double>& batch) {
            Threads threads(1);
            Workspace<Net, Backend> workspace(batch.samples, threads);
            report_.note(head_law::truth, refused_by([&] { (void)learned(net_, batch); }),
                         {here_, what, " in training"});
            report_.note(head_law::truth, refused_by([&] { (void)workspace.evaluate(net_, batch); }),
                         {here_, what, " in an evaluation"});
        };
        constexpr bool classes = Head::task == Task::classification;
        refused(classes ? "targets instead of labels are accepted" : "labels instead of targets are accepted",
                data.batch(classes ? Task::regression : Task::classification));
        if (!classes) return;
        for (const bool above : {false, true}) {
            HeadBatch<double> wrong = data;
            wrong.labels.back() = above ? static_cast<std::int32_t>(Head::outputs) : -1;
            refused(
                above ? "a label that equals the number of outputs is accepted" : "a label of -1 is accepted",
                wrong.batch(Head::task));
        }
    }

    void threads() {
        using Single = HeadNet<float, AveragedHead<Head, Copies>>;
        const auto net = stirred<Single>(options_.seed);
        const HeadBatch<float> data(257, Head::outputs, options_);
        const Batch<float> batch = data.batch(Head::task, true);
        const HeadResult one = check::learned<Backend>(net, batch);
        for (const int count : options_.threads) {
            const HeadResult many = check::learned<Backend>(net, batch, count);
            const bool same = same_bits(one.loss, many.loss) && one.gradients == many.gradients &&
                              one.log_likelihood == many.log_likelihood;
            report_.note(head_law::threads, same,
                         {"257 samples: on ", count, " threads the loss is ", many.loss, ", on one thread ",
                          one.loss, "; losses, log-likelihoods and gradients must be bit-identical"});
        }
    }

    const HeadCheckOptions& options_;
    Net net_;
    CheckReport report_;
    std::string here_;
};

}  // namespace alrao::check
