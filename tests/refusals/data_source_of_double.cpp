// expect-error: the reader of a data source must have a member .Batch<T> batch
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
#ifdef MUST_FAIL
    Batch<double> batch(std::size_t) { return {}; }
#else
    Batch<float> batch(std::size_t) { return {}; }
#endif
};
struct Source {
    DataContents contents() const { return {}; }
    Reader reader(const ReadOptions&) const { return {}; }
};

void f(Net& net, const Source& source) { fit(net, Adam{}, source); }
