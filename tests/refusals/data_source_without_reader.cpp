// expect-error: a data source must have a member .reader\(const ReadOptions&\) const
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
    void begin_epoch(std::uint64_t, std::size_t) {}
    std::size_t batches(std::size_t) const { return 0; }
    Batch<float> batch(std::size_t) { return {}; }
};
struct Source {
    DataContents contents() const { return {}; }
#ifndef MUST_FAIL
    Reader reader(const ReadOptions&) const { return {}; }
#endif
};

void f(Net& net, const Source& source) { fit(net, Adam{}, source); }
