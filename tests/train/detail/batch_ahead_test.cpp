#include <alrao/train/detail/batch_ahead.hpp>

#include <alrao/train/fit.hpp>

#include "../../fork.hpp"
#include "../toy.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <span>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace alrao;

namespace {

struct Rows {
    std::vector<float> inputs;
    std::vector<std::int32_t> labels;
    explicit Rows(std::size_t count) : inputs(3 * count), labels(count) {
        std::iota(inputs.begin(), inputs.end(), 0.0F);
        std::iota(labels.begin(), labels.end(), 0);
    }
    Dataset<float> view() const { return {inputs.data(), labels.data(), labels.size(), Extents{3}}; }
};

struct UniformNoise {
    void operator()(std::span<const float> from, const Extents&, std::span<float> to, Philox& random) const {
        for (std::size_t i = 0; i < from.size(); ++i) to[i] = from[i] + static_cast<float>(random.uniform());
    }
};

/// All samples of an epoch by their index, for any batch size.
std::vector<float> epoch_of(const Dataset<float>& data, std::size_t batch, std::uint64_t epoch,
                            bool slow = false) {
    Batches batches(data.size(), batch, Seed{batch});
    batches.start_epoch(epoch);
    BatchAhead<float> ahead(data, batches.batch_size(), UniformNoise{}, Seed{7});
    std::vector<float> samples(3 * data.size());
    ahead.prepare(batches[0], epoch);
    for (std::size_t b = 0; b < batches.size(); ++b) {
        const Batch<float> examples = ahead.take();
        if (b + 1 < batches.size()) ahead.prepare(batches[b + 1], epoch);
        if (slow) std::this_thread::yield();
        CHECK(examples.samples == batches[b].size());
        for (std::size_t i = 0; i < examples.samples; ++i) {
            CHECK(examples.truth.labels[i] == data.label(batches[b][i]));
            std::copy_n(examples.inputs + 3 * i, 3, samples.data() + 3 * batches[b][i]);
        }
    }
    return samples;
}

}  // namespace

TEST_CASE("the augmentation of a sample does not depend on its batch or on timing") {
    const Rows rows(101);
    const auto samples = epoch_of(rows.view(), 32, 4);
    CHECK(samples == epoch_of(rows.view(), 7, 4));
    CHECK(samples == epoch_of(rows.view(), 101, 4, true));
    CHECK(samples != epoch_of(rows.view(), 32, 5));
    for (std::size_t i = 0; i < samples.size(); ++i) {
        CHECK(samples[i] >= rows.inputs[i]);
        CHECK(samples[i] <= rows.inputs[i] + 1);
    }
}

TEST_CASE("a sample of a part is changed as in the whole data set") {
    const Rows rows(20);
    const auto all = epoch_of(rows.view(), 4, 1);
    const auto part = epoch_of(rows.view().part({19, 3}), 2, 1);
    CHECK(std::equal(part.begin(), part.begin() + 3, all.begin() + 3 * 19));
    CHECK(std::equal(part.begin() + 3, part.end(), all.begin() + 3 * 3));
}

TEST_CASE("a batch remains valid while the next is prepared; a batch that is not taken is discarded") {
    const Rows rows(6);
    const Dataset<float> data = rows.view();
    BatchAhead<float> ahead(data, 2, UniformNoise{}, Seed{7});
    const std::vector<std::size_t> one{0, 1}, other{4};
    ahead.prepare(other, 0);
    ahead.prepare(one, 0);
    const Batch<float> first = ahead.take();
    const std::vector<float> before(first.inputs, first.inputs + 6);
    ahead.prepare(other, 0);
    const Batch<float> second = ahead.take();
    CHECK(first.samples == 2);
    CHECK(second.samples == 1);
    CHECK(second.truth.labels[0] == 4);
    CHECK(std::equal(before.begin(), before.end(), first.inputs));
    ahead.prepare(one, 0);  // not taken
}

TEST_CASE("an exception is rethrown by take(), and the next batch is prepared") {
    const Rows rows(4);
    const Dataset<float> data = rows.view();
    const auto picky = [](std::span<const float> from, const Extents&, std::span<float> to, Philox&) {
        if (from[0] == 3) throw std::runtime_error("mine");
        std::fill(to.begin(), to.end(), from[0] == 6 ? 1e30F * 1e30F : 2.0F);
    };
    BatchAhead<float> ahead(data, 2, picky, Seed{7});
    const std::vector<std::size_t> throws{0, 1}, works{0, 3}, infinite{2}, many{0, 1, 2};
    ahead.prepare(throws, 0);
    CHECK_THROWS_WITH((void)ahead.take(), "mine");
    ahead.prepare(works, 0);
    CHECK(ahead.take().inputs[5] == 2);
    ahead.prepare(infinite, 0);
    CHECK_THROWS_WITH((void)ahead.take(),
                      "alrao: the augmentation of sample 2 wrote a number that is not finite");
    ahead.prepare(many, 0);
    CHECK_THROWS_AS((void)ahead.take(), ArgumentError);
    ahead.prepare(throws, 0);  // not taken
}

#if __has_include(<unistd.h>) && __has_include(<sys/wait.h>)

TEST_CASE("the child of a fork prepares its batches itself, at each state of the thread") {
    const Rows rows(6);
    const Dataset<float> data = rows.view();
    const std::vector<std::size_t> one{0, 1}, other{4};
    std::atomic<bool> begun = false, go_on = false;
    const auto waits = [&](std::span<const float> from, const Extents&, std::span<float> to, Philox&) {
        begun = true;
        while (!go_on) std::this_thread::yield();
        if (from[0] == 12) throw std::runtime_error("mine");
        std::copy(from.begin(), from.end(), to.begin());
    };
    enum When { making, made, idle };
    for (const When when : {making, made, idle}) {
        auto ahead = std::make_unique<BatchAhead<float>>(data, 2, waits, Seed{7});
        begun = false;
        go_on = when != making;
        if (when != idle) {
            ahead->prepare(one, 0);
            while (!begun) std::this_thread::yield();
        }
        if (when == made) (void)ahead->take();
        const Fork fork, dropped;  // the second: parent and child destroy a batch that was not taken
        go_on = true;
        bool good = true;
        if (!dropped.in_child()) {
            if (when != making) ahead->prepare(one, 0);
            const Batch<float> first = ahead->take();
            good = first.samples == 2 && first.inputs[4] == 4;
            ahead->prepare(other, 0);
            try {
                (void)ahead->take();
                good = false;
            } catch (const std::runtime_error&) {
            }
            ahead->prepare(one, 0);
        }
        ahead.reset();
        if (dropped.in_child()) Fork::exit_with(good);
        good = dropped.child_was_good() && good;
        if (fork.in_child()) Fork::exit_with(good);
        CHECK(good);
        CHECK(fork.child_was_good());
    }
}

TEST_CASE(
    "a fork in a callback of fit: parent and child finish training with the bits of a fit without a fork") {
    const toy::Quadrants quadrants(100, Seed{1});
    const Dataset<float> data = quadrants.view();
    const Augmented noisy(data, UniformNoise{});
    const FitOptions<float> options{.epochs = 3, .batch_size = 8, .validation = &data, .threads = 2};
    std::unique_ptr<Fork> fork;
    const auto trained = [&](std::size_t forking_epoch) {
        toy::Plain net{Seed{1}};
        fit(net, Adam{}, noisy, options, [&](const StepEnd& step) {
            if (step.epoch == forking_epoch && step.step == 5) fork = std::make_unique<Fork>();
        });
        fit(net, Adam{}, noisy, options);  // has its own threads
        return std::vector<float>(net.parameter_buffer().begin(), net.parameter_buffer().end());
    };
    const std::vector<float> reference = trained(0);
    for (const std::size_t epoch : {1U, 3U}) {
        const bool same = trained(epoch) == reference;
        if (fork->in_child()) Fork::exit_with(same);
        CHECK(same);
        CHECK(fork->child_was_good());
    }
}

#endif
