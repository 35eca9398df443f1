// A step allocates nothing. The test replaces malloc or operator new, so it is a separate program.

#include <alrao/learn/alrao_optimizer.hpp>
#include <alrao/learn/dog.hpp>
#include <alrao/learn/one_rate_optimizer.hpp>
#include <alrao/learn/prodigy.hpp>
#include <alrao/learn/schedule_free.hpp>
#include <alrao/model/model.hpp>
#include <alrao/ops/activation.hpp>
#include <alrao/ops/composition.hpp>
#include <alrao/ops/conv2d.hpp>
#include <alrao/ops/dense.hpp>
#include <alrao/ops/dropout.hpp>
#include <alrao/ops/embedding.hpp>
#include <alrao/ops/flatten.hpp>
#include <alrao/ops/gaussian_head.hpp>
#include <alrao/ops/gru.hpp>
#include <alrao/ops/last_step.hpp>
#include <alrao/ops/lstm.hpp>
#include <alrao/ops/normalization.hpp>
#include <alrao/ops/normalize.hpp>
#include <alrao/ops/pool2d.hpp>
#include <alrao/ops/softmax_head.hpp>
#include <alrao/ops/squeeze_excite.hpp>
#include <alrao/train/batches.hpp>
#include <alrao/train/detail/batch_ahead.hpp>
#include <alrao/train/predict.hpp>
#include <alrao/train/trainer.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <span>
#include <type_traits>
#include <vector>

// If the C library allows a program to replace malloc, all heap allocations are counted. Sanitizers replace malloc
// themselves, and other C libraries may not have the names below; then only operator new is counted.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define ALRAO_TEST_SANITIZED
#endif
#endif
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && \
    !defined(ALRAO_TEST_SANITIZED)
#define ALRAO_TEST_COUNTS_MALLOC
#endif

namespace {

std::atomic<std::size_t> allocations{0};  // by malloc or operator new
std::atomic<std::size_t> by_new{0};       // by operator new

}  // namespace

#if defined(ALRAO_TEST_COUNTS_MALLOC)

extern "C" {

void* __libc_malloc(std::size_t) noexcept;
void* __libc_calloc(std::size_t, std::size_t) noexcept;
void* __libc_realloc(void*, std::size_t) noexcept;
void* __libc_memalign(std::size_t, std::size_t) noexcept;

void* malloc(std::size_t size) noexcept { return ++allocations, __libc_malloc(size); }
void* calloc(std::size_t count, std::size_t size) noexcept {
    return ++allocations, __libc_calloc(count, size);
}
void* realloc(void* pointer, std::size_t size) noexcept {
    return ++allocations, __libc_realloc(pointer, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
    return ++allocations, __libc_memalign(alignment, size);
}
int posix_memalign(void** pointer, std::size_t alignment, std::size_t size) noexcept {
    ++allocations;
    *pointer = __libc_memalign(alignment, size);
    return *pointer == nullptr ? ENOMEM : 0;
}

}  // extern "C"

namespace {
constexpr bool counts_malloc = true;
}
#else
namespace {
constexpr bool counts_malloc = false;
}
#endif

namespace {

[[gnu::noinline]] void* take(std::size_t size, std::size_t alignment) {
    ++by_new;
    if (!counts_malloc) ++allocations;
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
void* operator new(std::size_t size, std::align_val_t a) { return take(size, static_cast<std::size_t>(a)); }
void* operator new[](std::size_t size, std::align_val_t a) { return take(size, static_cast<std::size_t>(a)); }
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
    : Model<Input<4, 5, 1>, Normalize, Flatten, Dense<33>, BatchNorm, ReLU, Dropout<Percent<20>>, Dense<17>,
            LayerNorm, GELU, AveragedHead<SoftmaxClassifier<3>, 4>> {
    using Model::Model;
};
struct Paths : Model<Input<4, 5, 1>, Conv2d<16, Kernel<3>, Padding<1>>, BatchNorm, ReLU, MaxPool2d<1>,
                     Residual<Conv2d<16, Kernel<3>, Padding<1>, NoBias>, SqueezeExcite<2>>, ReLU,
                     Concat<Branch<>, Branch<MaxPool2d<3, Stride<1>, Padding<1>>, Conv2d<5, Kernel<1>>>>,
                     AveragePool2d<2>, GlobalAveragePool2d, AveragedHead<SoftmaxClassifier<3>, 4>> {
    using Model::Model;
};
struct Regressor : Model<Input<20>, Dense<64>, Tanh, AveragedHead<GaussianRegressor<2>, 3>> {
    using Model::Model;
};

struct Words : Model<Tokens, Embedding<11, 20>, LSTM<40>, Dropout<Percent<20>>, GRU<33>, LastStep,
                     AveragedHead<SoftmaxClassifier<3>, 4>> {
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

/// The number of allocations in a hundred steps after one epoch, with gathered batches, one of them shorter.
template <class Backend, class Net, class Optimizer>
std::size_t allocations_of(Net& net, Optimizer& optimizer, const Dataset<float>& data, int count) {
    Threads threads(count);
    fit_statistics(net, data);
    Batches batches(data.size(), 32, Seed{1});
    Trainer<Net, Optimizer, Backend> trainer(net, optimizer, 32, threads);
    trainer.train_step(data, batches[0]);
    // OpenBLAS allocates memory for small products on some processors, which is outside the
    // library.
    const auto& counted = std::is_same_v<Backend, Cblas<>> ? by_new : allocations;
    const std::size_t before = counted;
    for (std::size_t step = 0; step < 100; ++step) {
        if (step % batches.size() == 0) batches.start_epoch(step);
        trainer.train_step(data, batches[step % batches.size()]);
    }
    return counted - before;
}

/// The number of allocations in a hundred chunks of different lengths.
template <class Backend>
std::size_t allocations_of_chunks(int count) {
    Threads threads(count);
    Words net{Seed{1}};
    AlraoOptimizer<Words> optimizer{net, LogUniform{1e-4, 1e-2}, Seed{2},
                                    OptimizerOptions{.clip_norm = 0.25}};
    Trainer<Words, AlraoOptimizer<Words>, Backend> trainer(net, optimizer, 12, threads, Seed{3}, 8);
    const std::vector<float> tokens(12 * 8, 7);
    const std::vector<std::int32_t> labels(12, 1);
    const auto step = [&](std::size_t steps) {
        trainer.train_step({.inputs = tokens.data(),
                            .truth = {.labels = labels.data()},
                            .samples = 12,
                            .time_steps = steps});
    };
    step(8);
    const auto& counted = std::is_same_v<Backend, Cblas<>> ? by_new : allocations;
    const std::size_t before = counted;
    for (std::size_t number = 0; number < 100; ++number) step(1 + number % 8);
    return counted - before;
}

template <class Backend>
void no_step_allocates() {
    const Numbers numbers;
    const Dataset<float> labelled(numbers.inputs, numbers.labels),
        targeted(numbers.inputs, numbers.targets, Extents{20});
    for (const int threads : {1, 2}) {
        CAPTURE(threads);
        Classifier classifier{Seed{1}};
        AlraoOptimizer<Classifier> alrao{classifier,
                                         LogUniform{1e-5, 1e-1},
                                         Seed{2},
                                         {.schedule = schedule::Linear{.steps = 1000}, .clip_norm = 1}};
        CHECK(allocations_of<Backend>(classifier, alrao, labelled.with_class_weights({1, 2, 3}), threads) ==
              0);
        AlraoOptimizer<Classifier, rule::Adam> adam{classifier, LogUniform{1e-5, 1e-3}, Seed{2}};
        CHECK(allocations_of<Backend>(classifier, adam, labelled, threads) == 0);
        Classifier measured{Seed{1}};
        AlraoOptimizer<Classifier> around_centres{measured, Seed{2}};
        around_centres.close_schedule(1000);
        CHECK(allocations_of<Backend>(measured, around_centres, labelled, threads) == 0);
        CHECK(allocations_of_chunks<Backend>(threads) == 0);
        Classifier fewer{Seed{1}};
        AlraoOptimizer<Classifier> retiring{
            fewer, LogUniform{1e-5, 10}, Seed{2}, {.retirement = Retirement{.below = 0.2, .steps = 20}}};
        CHECK(allocations_of<Backend>(fewer, retiring, labelled, threads) == 0);
        CHECK(fewer.posterior().live() < 4);
        Paths paths{Seed{1}};
        AlraoOptimizer<Paths> images{paths, LogUniform{1e-5, 1e-2}, Seed{2}};
        CHECK(allocations_of<Backend>(paths, images, labelled, threads) == 0);
        Regressor regressor{Seed{1}};
        OneRateOptimizer sgd(regressor, Sgd{.rate = 0.01, .momentum = 0.9}, {.averaging = FixedShare{}});
        CHECK(allocations_of<Backend>(regressor, sgd, targeted, threads) == 0);
        const auto allocations_by = [&](const auto& spec) {
            Regressor net{Seed{1}};
            OneRateOptimizer optimizer(net, spec);
            return allocations_of<Backend>(net, optimizer, targeted, threads);
        };
        CHECK(allocations_by(Prodigy{}) == 0);
        CHECK(allocations_by(LDog{}) == 0);
        CHECK(allocations_by(ScheduleFreeSgd{.rate = 0.01}) == 0);
        CHECK(allocations_by(ScheduleFreeAdamW{}) == 0);
    }
}

}  // namespace

TEST_CASE("the counter counts") {
    const std::size_t before = allocations;
    const std::vector<int> numbers(3);
    const AlignedBuffer<float> buffer(3);
    CHECK(allocations == before + 2);
    CHECK(by_new >= 2);
}

TEST_CASE("the counter counts calls that bypass operator new") {
    if (!counts_malloc) return;
    // Through volatile pointers, because the compiler may remove a malloc and its free.
    void* (*volatile allocate)(std::size_t) = &std::malloc;
    void* (*volatile zeroed)(std::size_t, std::size_t) = &std::calloc;
    void* (*volatile resized)(void*, std::size_t) = &std::realloc;
    void* (*volatile aligned)(std::size_t, std::size_t) = &std::aligned_alloc;
    int (*volatile aligned_for_posix)(void**, std::size_t, std::size_t) = &::posix_memalign;
    const std::size_t before = allocations;
    void *a = allocate(10), *b = zeroed(2, 10), *c = aligned(64, 64), *d = nullptr;
    CHECK(aligned_for_posix(&d, 64, 10) == 0);
    a = resized(a, 20);
    const std::size_t after = allocations;
    for (void* pointer : {a, b, c, d}) {
        CHECK(pointer != nullptr);
        std::free(pointer);
    }
    CHECK(after == before + 5);
}

TEST_CASE("a step allocates nothing, on one thread and on two") { no_step_allocates<OwnTiles<>>(); }

TEST_CASE("a step allocates nothing if convolutions are sums of products") {
    no_step_allocates<Exact<OwnTiles<>>>();
}

TEST_CASE("the library allocates nothing in a step with BLAS") {
    if constexpr (blas::available) no_step_allocates<Cblas<>>();
}

TEST_CASE("the thread that augments the next batch allocates nothing") {
    const Numbers numbers;
    const Dataset<float> data(numbers.inputs, numbers.labels);
    Classifier net{Seed{1}};
    AlraoOptimizer<Classifier> optimizer{net, LogUniform{1e-5, 1e-1}, Seed{2}};
    Threads threads(2);
    fit_statistics(net, data);
    Batches batches(data.size(), 32, Seed{1});
    Trainer<Classifier, AlraoOptimizer<Classifier>, OwnTiles<>> trainer(net, optimizer, 32, threads);
    const auto mirror = [](std::span<const float> from, const Extents&, std::span<float> to, Philox& random) {
        if (random.bits() % 2 == 0) std::reverse_copy(from.begin(), from.end(), to.begin());
        else std::copy(from.begin(), from.end(), to.begin());
    };
    BatchAhead<float> ahead(data, 32, mirror, Seed{1});
    ahead.prepare(batches[0], 0);
    trainer.train_step(ahead.take());
    ahead.prepare(batches[0], 0);
    const std::size_t before = allocations;
    for (std::size_t step = 1; step <= 100; ++step) {
        const Batch<float> examples = ahead.take();
        ahead.prepare(batches[step % batches.size()], step);
        trainer.train_step(examples);
    }
    (void)ahead.take();
    CHECK(allocations == before);
}

TEST_CASE("a prediction in an existing workspace allocates nothing") {
    const Numbers numbers;
    const Classifier net{Seed{1}};
    Threads threads;
    Workspace<Classifier, OwnTiles<>> workspace(16, threads);
    std::vector<float> outputs(70 * 3);
    const std::size_t before = allocations;
    predict(net, workspace, std::span<const float>(numbers.inputs), std::span<float>(outputs));
    CHECK(allocations == before);
}
