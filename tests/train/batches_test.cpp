#include <alrao/train/batches.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace train_batches_test {

using namespace alrao;

namespace {
std::vector<std::size_t> order_of(const Batches& batches) {
    std::vector<std::size_t> order;
    for (std::size_t b = 0; b < batches.size(); ++b)
        order.insert(order.end(), batches[b].begin(), batches[b].end());
    return order;
}
}  // namespace

TEST_CASE("each sample occurs once per epoch; the last batch is shorter") {
    Batches batches(10, 4, Seed{1});
    CHECK(batches.size() == 3);
    CHECK(batches[0].size() == 4);
    CHECK(batches[2].size() == 2);
    std::vector<std::size_t> order = order_of(batches);
    std::sort(order.begin(), order.end());
    std::vector<std::size_t> all(10);
    std::iota(all.begin(), all.end(), std::size_t{0});
    CHECK(order == all);
}

TEST_CASE("the order of an epoch depends on seed and epoch only") {
    Batches one(100, 32, Seed{5}), other(100, 7, Seed{5});
    one.start_epoch(4);
    for (const std::uint64_t epoch : {0U, 9U, 4U}) other.start_epoch(epoch);
    CHECK(order_of(one) == order_of(other));
    other.start_epoch(5);
    CHECK(order_of(one) != order_of(other));
    CHECK(order_of(Batches(100, 32, Seed{5})) != order_of(Batches(100, 32, Seed{6})));
    const auto plain = order_of(Batches(100, 32, Seed{5}, false));
    CHECK(std::is_sorted(plain.begin(), plain.end()));
}

TEST_CASE("an epoch continues after the seen samples, with any batch size") {
    Batches whole(10, 4, Seed{1}), rest(10, 3, Seed{1});
    whole.start_epoch(2);
    rest.start_epoch(2, 4);
    CHECK(rest.size() == 2);
    CHECK(rest.size_behind(0) == 4);
    CHECK(rest.seen_after(0) == 7);
    CHECK(rest.seen_after(1) == 10);
    const std::vector<std::size_t> all = order_of(whole), behind = order_of(rest);
    CHECK(std::equal(behind.begin(), behind.end(), all.begin() + 4, all.end()));
    rest.start_epoch(2);
    CHECK(order_of(rest) == all);
    CHECK_THROWS_AS(rest.start_epoch(3, 10), ArgumentError);
    CHECK(order_of(rest) == all);
}

TEST_CASE("a batch size beyond the number of samples gives one batch; 0 is refused") {
    const Batches batches(3, 32, Seed{1});
    CHECK(batches.size() == 1);
    CHECK(batches.batch_size() == 3);
    CHECK(Batches(3, 1, Seed{1}).size() == 3);
    CHECK_THROWS_AS(Batches(3, 0, Seed{1}), ArgumentError);
    CHECK_THROWS_AS(Batches(0, 3, Seed{1}), ArgumentError);
}

TEST_CASE("samples are gathered with labels, targets and weights") {
    const std::vector<float> inputs{0, 1, 10, 11, 20, 21};
    const std::vector<std::int32_t> labels{0, 1, 2};
    const Dataset data(inputs, labels);
    BatchBuffers<float> buffers(2, 2, 0);
    const std::vector<std::size_t> samples{2, 0};
    Batch<float> batch = buffers.gather(data, samples);
    CHECK(batch.samples == 2);
    CHECK(std::vector<float>(batch.inputs, batch.inputs + 4) == std::vector<float>{20, 21, 0, 1});
    CHECK(batch.truth.labels[0] == 2);
    CHECK(batch.truth.weights == nullptr);
    CHECK(batch.truth.targets == nullptr);
    batch = buffers.gather(data.with_class_weights({1, 2, 3}).part({1, 2}), std::vector<std::size_t>{1});
    CHECK(batch.samples == 1);
    CHECK(batch.truth.labels[0] == 2);
    CHECK(batch.truth.weights[0] == 3);

    const std::vector<float> targets{5, 6, 7};
    BatchBuffers<float> for_targets(3, 2, 1);
    batch = for_targets.gather(Dataset<float>(inputs, targets).with_selected(labels),
                               std::vector<std::size_t>{1, 2, 0});
    CHECK(batch.truth.targets[1] == 7);
    CHECK(batch.truth.selected[0] == 1);
    CHECK(batch.truth.labels == nullptr);
}

TEST_CASE("more samples than fit into the memory are refused") {
    const std::vector<float> inputs(6);
    const std::vector<std::int32_t> labels(3);
    const Dataset data(inputs, labels);
    BatchBuffers<float> small(2, 2, 0), other(3, 5, 0);
    const std::vector<std::size_t> samples{0, 1, 2};
    CHECK_THROWS_AS(small.gather(data, samples), ArgumentError);
    CHECK_THROWS_AS(other.gather(data, samples), ArgumentError);
    const std::vector<std::size_t> none{0, 3};
    CHECK_THROWS_WITH_AS(small.gather(data, none), doctest::Contains("no sample 3"), ArgumentError);
}

}  // namespace train_batches_test
