// A data source of your own: records in a file, of which only one batch is in memory at a time.
// [own_data]
#include <alrao/alrao.hpp>
#include <alrao/check.hpp>

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
struct RecordReader {
    std::ifstream file;
    std::vector<std::size_t> order;  ///< order of the records in this epoch
    ReadOptions options;
    std::size_t first = 0;  ///< index, in this order, of the first record of batch 0
    std::vector<float> inputs{};
    std::vector<std::int32_t> labels{};
    void begin_epoch(std::uint64_t epoch, std::size_t seen) {
        first = seen;
        std::iota(order.begin(), order.end(), std::size_t{0});
        if (options.shuffle) Philox(options.seed, Stream::shuffle, epoch).shuffle(std::span(order));
    }
    std::size_t batches(std::size_t seen) const {
        return (order.size() - seen + options.batch_size - 1) / options.batch_size;
    }
    Batch<float> batch(std::size_t b) {
        inputs.clear(), labels.clear();
        const std::size_t begin = first + b * options.batch_size;
        for (std::size_t i = begin; i < std::min(begin + options.batch_size, order.size()); ++i) {
            Record record{};
            file.seekg(static_cast<std::streamoff>(order[i] * sizeof record));
            if (!file.read(reinterpret_cast<char*>(&record), sizeof record))
                throw ArgumentError("the file of records ends too early");
            inputs.insert(inputs.end(), {record.x, record.y});
            labels.push_back(record.label);
        }
        return {.inputs = inputs.data(), .truth = {.labels = labels.data()}, .samples = labels.size()};
    }
};

struct RecordFile {
    std::string path;
    DataContents contents() const {
        return {.samples = std::filesystem::file_size(path) / sizeof(Record), .sample = Extents{2}};
    }
    RecordReader reader(const ReadOptions& options) const {
        return {std::ifstream(path, std::ios::binary), std::vector<std::size_t>(contents().samples), options};
    }
};
// [/own_data]

int main() {
    const RecordFile data{std::filesystem::temp_directory_path() / "alrao_own_data.bin"};
    {
        std::ofstream file(data.path, std::ios::binary);
        Philox random(Seed{1}, 0);
        for (int i = 0; i < 1000; ++i) {
            const auto x = static_cast<float>(random.normal()), y = static_cast<float>(random.normal());
            const Record record{x, y, x * y > 0};  // the label: 1 if x and y have the same sign, else 0
            file.write(reinterpret_cast<const char*>(&record), sizeof record);
        }
    }
    const CheckReport report = check_data_source(data, {.batch_sizes = {7, 32}});
    std::cout << report << '\n';
    if (!report) return 1;
    BasicModel<float, Network<Input<2>, Dense<32>, Tanh, AveragedHead<SoftmaxClassifier<2>, 5>>> net{Seed{1}};
    AlraoOptimizer optimizer{net, LogUniform{1e-3, 10}, Seed{2}, {.schedule = schedule::Linear{}}};
    fit(net, optimizer, data, {.epochs = 20});
    return evaluate(net, data).accuracy > 0.95 ? 0 : 1;
}
