#pragma once

#include <alrao/model/model.hpp>
#include <alrao/ops/activation.hpp>
#include <alrao/ops/dense.hpp>
#include <alrao/ops/gaussian_head.hpp>
#include <alrao/ops/normalize.hpp>
#include <alrao/ops/softmax_head.hpp>
#include <alrao/tensor/philox.hpp>
#include <alrao/train/dataset.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace toy {

using namespace alrao;

struct Averaged : Model<Input<2>, Dense<24>, ReLU, AveragedHead<SoftmaxClassifier<2>, 5>> {
    using Model::Model;
};
struct Plain : Model<Input<2>, Dense<24>, ReLU, SoftmaxClassifier<2>> {
    using Model::Model;
};
struct Regression : Model<double, Input<1>, Normalize, Dense<20>, ReLU, GaussianRegressor<1>> {
    using Model::Model;
};

struct AveragedRegression
    : Model<double, Input<1>, Normalize, Dense<20>, ReLU, AveragedHead<GaussianRegressor<1>, 10>> {
    using Model::Model;
};

/// Points of the plane, labelled by the sign of x y.
struct Quadrants {
    std::vector<float> points;
    std::vector<std::int32_t> labels;

    Quadrants(std::size_t count, Seed seed) {
        Philox random(seed, 0);
        for (std::size_t i = 0; i < count; ++i) {
            const double x = random.normal(), y = random.normal();
            points.push_back(static_cast<float>(x));
            points.push_back(static_cast<float>(y));
            labels.push_back(x * y > 0 ? 1 : 0);
        }
    }
    Dataset<float> view() const { return Dataset<float>(points, labels); }
};

/// y = 100 + 50 |x|, x around 1000.
struct Slope {
    std::vector<double> inputs, targets;

    Slope(std::size_t count, Seed seed) {
        Philox random(seed, 0);
        for (std::size_t i = 0; i < count; ++i) {
            const double x = random.normal();
            inputs.push_back(1000 + 10 * x);
            targets.push_back(100 + 50 * (x < 0 ? -x : x));
        }
    }
    Dataset<double> view() const { return Dataset<double>(inputs, targets); }
};

/// Images with labels, with the members that readers return.
struct Images {
    std::vector<float> images;
    std::vector<std::int32_t> labels;
    std::size_t count = 0, height = 0, width = 0, channels = 0, classes = 0;
};

}  // namespace toy
