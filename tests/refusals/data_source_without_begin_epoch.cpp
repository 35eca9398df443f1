// expect-error: the reader of a data source must have a member .void begin_epoch
#include <alrao/learn/one_rate_optimizer.hpp>
#include <alrao/ops/softmax_head.hpp>
#include <alrao/train/fit.hpp>

#include <cstddef>
#include <cstdint>

using namespace alrao;

struct Net : Model<Input<4>, SoftmaxClassifier<2>> {
    using Model::Model;
};

struct Reader {
#ifndef MUST_FAIL
    void begin_epoch(std::uint64_t, std::size_t) {}
#endif
    std::size_t batches(std::size_t) const { return 0; }
    Batch<float> batch(std::size_t) { return {}; }
};
struct Source {
    DataContents contents() const { return {}; }
    Reader reader(const ReadOptions&) const { return {}; }
};

void f(Net& net, const Source& source) { fit(net, Adam{}, source); }
