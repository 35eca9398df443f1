#include <alrao/check/data_source.hpp>

#include "../train/own_source.hpp"
#include "../train/toy.hpp"

#include <alrao/train/augmented.hpp>
#include <alrao/train/dataset_reader.hpp>
#include <alrao/train/streams.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <sstream>
#include <string>
#include <vector>

namespace check_data_source_test {

using namespace alrao;

namespace {

/// Reads OwnSource with one fault. `readers` counts readers, over all of them.
enum class Fault { none, contents, size, count, numbers, label, repeat, rest, apart, same };

template <Fault fault>
struct Faulty {
    toy::OwnSource good;
    mutable std::size_t asked = 0;
    mutable std::vector<float> shared{};

    struct Reader {
        const Faulty* source;
        toy::OwnSource::Reader good;
        std::size_t begin = 0, calls = 0;
        std::uint64_t number = 0;

        void begin_epoch(std::uint64_t epoch, std::size_t seen) {
            number = epoch;
            begin = seen;
            good.begin_epoch(epoch, fault == Fault::rest ? 0 : seen);
        }
        std::size_t batches(std::size_t seen) const {
            return good.batches(seen) - (fault == Fault::count && good.batches(seen) > 1 ? 1 : 0);
        }
        Batch<float> batch(std::size_t b) {
            Batch<float> batch = good.batch(b);
            if (fault == Fault::size) batch.samples = 0;
            if (fault == Fault::numbers) good.inputs[0] = std::numeric_limits<float>::infinity();
            if (fault == Fault::label) good.labels[0] = -1;
            if (fault == Fault::repeat && ++calls % 5 == 4) good.inputs[0] += 1;
            if (fault == Fault::same) good.inputs[0] += static_cast<float>(number);
            if (fault == Fault::apart) {
                source->shared = good.inputs;
                source->shared.resize(100);
                batch.inputs = source->shared.data();
            }
            return batch;
        }
    };
    DataContents contents() const {
        DataContents contents = good.contents();
        if (fault == Fault::contents && ++asked > 3) ++contents.outputs;
        return contents;
    }
    Reader reader(const ReadOptions& options) const { return {.source = this, .good = good.reader(options)}; }
};

toy::OwnSource own(std::size_t count) {
    const toy::Quadrants quadrants(count, Seed{1});
    return {quadrants.points, quadrants.labels};
}

template <Fault fault>
void breaks(std::string_view law) {
    const Faulty<fault> source{own(23)};
    const CheckReport report = check_data_source(source);
    std::ostringstream text;
    text << report;
    CAPTURE(text.str());
    CHECK(report.find(law) != nullptr);
}

bool holds(const CheckReport& report) {
    std::ostringstream text;
    text << report;
    INFO(text.str());
    CHECK(report);
    return report.broken.empty();
}

}  // namespace

TEST_CASE("the laws hold for the library's data sources") {
    const toy::Quadrants quadrants(41, Seed{1});
    const Dataset<float> data = quadrants.view();
    CHECK(holds(check_data_source(data)));
    CHECK(holds(check_data_source(data.part({3, 1, 4, 15, 9, 2, 6}))));
    CHECK(holds(check_data_source(data.with_class_weights({1, 3}))));
    const toy::Slope slope(10, Seed{2});
    CHECK(holds(check_data_source<double>(slope.view())));
    const auto noise = [](std::span<const float> from, const Extents&, std::span<float> to, Philox& random) {
        for (std::size_t i = 0; i < from.size(); ++i) to[i] = from[i] + static_cast<float>(random.normal());
    };
    CHECK(holds(check_data_source(Augmented(data, noise), {.same_samples = false})));
    std::vector<std::int32_t> tokens(101);
    for (std::size_t i = 0; i < tokens.size(); ++i) tokens[i] = static_cast<std::int32_t>(i * i % 7);
    for (const std::size_t chunk : std::initializer_list<std::size_t>{1, 4, 20, 24})
        CHECK(holds(check_data_source(Streams(tokens, {.streams = 4, .chunk = chunk}))));
}

TEST_CASE("the laws hold for a source that shares no code with the library, and each law can be broken") {
    CHECK(holds(check_data_source(own(23))));
    CHECK(holds(check_data_source(own(1))));
    CHECK(holds(check_data_source(Faulty<Fault::none>{own(23)})));
    breaks<Fault::contents>(data_source_law::contents);
    breaks<Fault::size>(data_source_law::size);
    breaks<Fault::count>(data_source_law::count);
    breaks<Fault::numbers>(data_source_law::numbers);
    breaks<Fault::label>(data_source_law::numbers);
    breaks<Fault::repeat>(data_source_law::repeat);
    breaks<Fault::rest>(data_source_law::rest);
    breaks<Fault::apart>(data_source_law::apart);
    breaks<Fault::same>(data_source_law::same);
}

TEST_CASE("a source without samples is reported and not read") {
    const CheckReport report = check_data_source(toy::OwnSource{});
    CHECK_FALSE(report);
    CHECK(report.find(data_source_law::contents) != nullptr);
}

}  // namespace check_data_source_test
