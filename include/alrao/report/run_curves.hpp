#pragma once

#include <alrao/model/posterior.hpp>
#include <alrao/report/line_plot.hpp>
#include <alrao/train/events.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace alrao::report {

/// The course of a training in at most `most` points: the training loss and the weights of the copies, each averaged
/// over equally many steps. When there would be more points, pairs of points are merged.
class RunCurves {
public:
    static constexpr std::size_t most = 512;  ///< even

    /// Removes all points, and reserves memory for `most` points.
    void begin(std::size_t copies) {
        steps_.resize(0);
        losses_.resize(0);
        weights_.assign(copies > 1 ? copies : 0, {});
        steps_.reserve(most);
        losses_.reserve(most);
        for (std::vector<double>& one : weights_) one.reserve(most);
        sums_.assign(weights_.size(), 0);
        per_point_ = 1;
        leave_point();
    }
    /// Adds a step: its number, its loss, and the weights of the copies after it. Allocates no memory.
    void add(double step, double loss, const Posterior& posterior) {
        loss_ += loss;
        for (std::size_t j = 0; j < sums_.size(); ++j) sums_[j] += posterior.weight(j);
        if (++taken_ < per_point_) return;
        if (steps_.size() == most) merge_pairs();
        if (taken_ < per_point_) return;  // merging has doubled the number of steps of a point
        const auto n = static_cast<double>(taken_);
        steps_.push_back(step);
        losses_.push_back(loss_ / n);
        for (std::size_t j = 0; j < sums_.size(); ++j) weights_[j].push_back(sums_[j] / n);
        leave_point();
    }

    /// The numbers of the last steps of the points.
    [[nodiscard]] const std::vector<double>& steps() const { return steps_; }
    /// The mean loss of the steps of each point.
    [[nodiscard]] const std::vector<double>& losses() const { return losses_; }
    /// The mean weights of each copy; empty if there is one copy.
    [[nodiscard]] const std::vector<std::vector<double>>& weights() const { return weights_; }

private:
    void leave_point() {
        taken_ = 0;
        loss_ = 0;
        std::fill(sums_.begin(), sums_.end(), 0.0);
    }
    void merge_pairs() {
        const auto halve = [](std::vector<double>& values, bool keep_last) {
            for (std::size_t i = 0; i < most / 2; ++i)
                values[i] = keep_last ? values[2 * i + 1] : (values[2 * i] + values[2 * i + 1]) / 2;
            values.resize(most / 2);
        };
        halve(steps_, true);
        halve(losses_, false);
        for (std::vector<double>& one : weights_) halve(one, false);
        per_point_ *= 2;
    }

    std::vector<double> steps_{}, losses_{};
    std::vector<std::vector<double>> weights_{};
    std::vector<double> sums_{};
    double loss_ = 0;
    std::size_t taken_ = 0, per_point_ = 1;
};

}  // namespace alrao::report
