// A data source of your own: records in a file, of which only one batch is in memory at a time.
// [own_data]
#include <alrao/alrao.hpp>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <numeric>
#include <span>
#include <vector>
using namespace alrao;

struct Record {
    float x, y;
    std::int32_t label;
};

/// Reads the records of a file in an order that is a function of the seed and the epoch.
class RecordReader {
public:
    RecordReader(const std::string& path, std::size_t records, const ReadOptions& options)
        : file_(path, std::ios::binary), order_(records), options_(options) {}

    void begin_epoch(std::uint64_t epoch, std::size_t seen) {
        first_ = seen;
        std::iota(order_.begin(), order_.end(), std::size_t{0});
        if (options_.shuffle) Philox(options_.seed, Stream::shuffle, epoch).shuffle(std::span(order_));
    }
    std::size_t batches(std::size_t seen) const {
        return (order_.size() - seen + options_.batch_size - 1) / options_.batch_size;
    }
    Batch<float> batch(std::size_t b) {
        inputs_.clear(), labels_.clear();
        const std::size_t begin = first_ + b * options_.batch_size;
        for (std::size_t i = begin; i < std::min(begin + options_.batch_size, order_.size()); ++i) {
            Record record{};
            file_.seekg(static_cast<std::streamoff>(order_[i] * sizeof record));
            if (!file_.read(reinterpret_cast<char*>(&record), sizeof record))
                throw ArgumentError("the file of records ends too early");
            inputs_.insert(inputs_.end(), {record.x, record.y});
            labels_.push_back(record.label);
        }
        return {.inputs = inputs_.data(), .truth = {.labels = labels_.data()}, .samples = labels_.size()};
    }

private:
    std::ifstream file_;
    std::vector<std::size_t> order_;
    ReadOptions options_;
    std::size_t first_ = 0;
    std::vector<float> inputs_;
    std::vector<std::int32_t> labels_;
};

struct RecordFile {
    std::string path;
    DataContents contents() const {
        return {.samples = std::filesystem::file_size(path) / sizeof(Record), .sample = Extents{2}};
    }
    RecordReader reader(const ReadOptions& options) const { return {path, contents().samples, options}; }
};
// [/own_data]

int main() {
    const RecordFile data{std::filesystem::temp_directory_path() / "alrao_own_data.bin"};
    {
        std::ofstream file(data.path, std::ios::binary);
        Philox random(Seed{1}, 0);
        for (int i = 0; i < 1000; ++i) {
            Record r{static_cast<float>(random.normal()), static_cast<float>(random.normal()), 0};
            r.label = r.x * r.y > 0;  // whether the two coordinates have one sign
            file.write(reinterpret_cast<const char*>(&r), sizeof r);
        }
    }
    BasicModel<float, Network<Input<2>, Dense<32>, Tanh, AveragedHead<SoftmaxClassifier<2>, 5>>> net{Seed{1}};
    AlraoOptimizer optimizer{net, LogUniform{1e-3, 10}, Seed{2}, {.schedule = schedule::Linear{}}};
    fit(net, optimizer, data, {.epochs = 20});
    return evaluate(net, data).accuracy > 0.95 ? 0 : 1;
}
