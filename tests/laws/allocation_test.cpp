// A step allocates nothing. Replaces the global operators new and delete: a program of its own.

#include <alrao/learn/alrao_optimizer.hpp>
#include <alrao/learn/one_rate_optimizer.hpp>
#include <alrao/model/model.hpp>
#include <alrao/ops/activation.hpp>
#include <alrao/ops/dense.hpp>
#include <alrao/ops/dropout.hpp>
#include <alrao/ops/flatten.hpp>
#include <alrao/ops/gaussian_head.hpp>
#include <alrao/ops/normalization.hpp>
#include <alrao/ops/normalize.hpp>
#include <alrao/ops/softmax_head.hpp>
#include <alrao/train/batches.hpp>
#include <alrao/train/predict.hpp>
#include <alrao/train/trainer.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <vector>

namespace {

std::atomic<std::size_t> allocations{0};

[[gnu::noinline]] void* take(std::size_t size, std::size_t alignment) {
    ++allocations;
    const std::size_t whole = (size + alignment - 1) / alignment * alignment;
    void* pointer = std::aligned_alloc(alignment, whole == 0 ? alignment : whole);
    if (pointer == nullptr) throw std::bad_alloc();
    return pointer;
}

[[gnu::noinline]] void give(void* pointer) noexcept { std::free(pointer); }

constexpr std::size_t usual = alignof(std::max_align_t);

}  // namespace

void* operator new(std::size_t size) { return take(size, usual); }
void* operator new[](std::size_t size) { return take(size, usual); }
void* operator new(std::size_t size, std::align_val_t a) {
    return take(size, static_cast<std::size_t>(a));
}
void* operator new[](std::size_t size, std::align_val_t a) {
    return take(size, static_cast<std::size_t>(a));
}
void operator delete(void* pointer) noexcept { give(pointer); }
void operator delete[](void* pointer) noexcept { give(pointer); }
void operator delete(void* pointer, std::size_t) noexcept { give(pointer); }
void operator delete[](void* pointer, std::size_t) noexcept { give(pointer); }
void operator delete(void* pointer, std::align_val_t) noexcept { give(pointer); }
void operator delete[](void* pointer, std::align_val_t) noexcept { give(pointer); }
void operator delete(void* pointer, std::size_t, std::align_val_t) noexcept { give(pointer); }
void operator delete[](void* pointer, std::size_t, std::align_val_t) noexcept { give(pointer); }

using namespace alrao;

namespace {

struct Classifier
    : Model<Input<4, 5, 1>, Normalize, Flatten, Dense<33>, BatchNorm, ReLU, Dropout<Percent<20>>,
            Dense<17>, LayerNorm, GELU, AveragedHead<SoftmaxClassifier<3>, 4>> {
    using Model::Model;
};
struct Regressor : Model<Input<20>, Dense<64>, Tanh, AveragedHead<GaussianRegressor<2>, 3>> {
    using Model::Model;
};

struct Numbers {
    std::vector<float> inputs, targets;
    std::vector<std::int32_t> labels;
    Numbers() {
        Philox random(Seed{1}, 0);
        for (std::size_t i = 0; i < 70; ++i) {
            for (int k = 0; k < 20; ++k) inputs.push_back(static_cast<float>(random.normal()));
            labels.push_back(static_cast<std::int32_t>(random.below(3)));
            targets.push_back(static_cast<float>(random.normal()));
            targets.push_back(static_cast<float>(random.normal()));
        }
    }
};

/// Allocations of a hundred steps, gathered batches with a short one among them, after one epoch.
template <class Backend, class Net, class Optimizer>
std::size_t allocations_of(Net& net, Optimizer& optimizer, const Dataset<float>& data, int count) {
    Threads threads(count);
    Batches batches(data.size(), 32, Seed{1});
    Trainer<Net, Optimizer, Backend> trainer(net, optimizer, 32, threads);
    trainer.train_step(data, batches[0]);
    const std::size_t before = allocations;
    for (std::size_t step = 0; step < 100; ++step) {
        if (step % batches.size() == 0) batches.start_epoch(step);
        trainer.train_step(data, batches[step % batches.size()]);
    }
    return allocations - before;
}

template <class Backend>
void no_step_allocates() {
    const Numbers numbers;
    const Dataset<float> labelled(numbers.inputs, numbers.labels),
        targeted(numbers.inputs, numbers.targets, Extents{20});
    for (const int threads : {1, 2}) {
        CAPTURE(threads);
        Classifier classifier{Seed{1}};
        AlraoOptimizer<Classifier> alrao{classifier, LogUniform{1e-5, 1e-1}, Seed{2},
                                         {.schedule = schedule::Linear{.steps = 1000}, .clip_norm = 1}};
        CHECK(allocations_of<Backend>(classifier, alrao,
                                      labelled.with_class_weights({1, 2, 3}), threads) == 0);
        AlraoOptimizer<Classifier, rule::Adam> adam{classifier, LogUniform{1e-5, 1e-3}, Seed{2}};
        CHECK(allocations_of<Backend>(classifier, adam, labelled, threads) == 0);
        Regressor regressor{Seed{1}};
        OneRateOptimizer sgd(regressor, Sgd{.rate = 0.01, .momentum = 0.9},
                             {.averaging = FixedShare{}});
        CHECK(allocations_of<Backend>(regressor, sgd, targeted, threads) == 0);
    }
}

}  // namespace

TEST_CASE("the counter counts") {
    const std::size_t before = allocations;
    const std::vector<int> numbers(3);
    const AlignedBuffer<float> buffer(3);
    CHECK(allocations == before + 2);
}

TEST_CASE("a step allocates nothing, on one thread and on two") { no_step_allocates<OwnTiles<>>(); }

TEST_CASE("nor where BLAS does the products") {
    if constexpr (blas::available) no_step_allocates<Cblas<>>();
}

TEST_CASE("nor does a prediction in a workspace that is there") {
    const Numbers numbers;
    const Classifier net{Seed{1}};
    Threads threads;
    Workspace<Classifier> workspace(16, threads);
    std::vector<float> outputs(70 * 3);
    const std::size_t before = allocations;
    predict(net, workspace, std::span<const float>(numbers.inputs), std::span<float>(outputs));
    CHECK(allocations == before);
}
