#include <alrao/io/safetensors.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/layers/normalization.hpp>
#include <alrao/model/views.hpp>

#include "temporary_folder.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace io_safetensors_test {

using namespace alrao;

namespace {

struct Net : Model<Input<6>, Normalize, Dense<5>, BatchNorm, ReLU, AveragedHead<SoftmaxClassifier<3>, 4>> {
    using Model::Model;
};

/// A model all of whose numbers differ from those of a new model.
Net trained() {
    Net net{Seed{1}};
    for (float& x : net.statistic_buffer()) x += 0.25f;
    // Files do not contain padding; it is 0 in a loaded model.
    for (const StatisticEntry& entry : Net::statistics)
        std::fill_n(net.statistic_buffer().data() + entry.offset + entry.size,
                    rounded_up(entry.size, 16) - entry.size, 0.0f);
    net.posterior().log_weights = {std::log(0.1), std::log(0.2), std::log(0.3), std::log(0.4)};
    net.posterior().memory.clear();
    net.posterior().steps = 77;
    return net;
}

bool same_numbers(const Net& a, const Net& b) {
    const auto equal = [](auto x, auto y) { return std::equal(x.begin(), x.end(), y.begin()); };
    return equal(a.parameter_buffer(), b.parameter_buffer()) &&
           equal(a.statistic_buffer(), b.statistic_buffer()) && a.posterior() == b.posterior();
}

/// Returns the message of `load` for a file that differs from this model. The model must be unchanged.
template <class Change>
std::string refused_change(const std::filesystem::path& path, Change change) {
    io::TensorFile file;
    io::add_model(file, trained());
    io::TensorFile changed;
    changed.metadata = file.metadata;
    for (const io::Tensor& tensor : file.tensors()) change(tensor, changed);
    changed.write(path);
    Net net{Seed{2}};
    const Net before = net;
    std::string said;
    try {
        load(net, path);
    } catch (const FileError& error) {
        said = error.what();
    }
    CHECK(same_numbers(net, before));
    return said;
}

void keep(const io::Tensor& tensor, io::TensorFile& file) {
    file.add(tensor.name, tensor.dtype, tensor.extents, tensor.bytes);
}

}  // namespace

TEST_CASE("a loaded model is bit-identical to the saved one, including the posterior") {
    const TemporaryFolder folder;
    const Net net = trained();
    save(net, folder / "model.safetensors");
    Net loaded{Seed{2}};
    REQUIRE_FALSE(same_numbers(net, loaded));
    load(loaded, folder / "model.safetensors");
    CHECK(same_numbers(net, loaded));
}

TEST_CASE("arrays are named by their paths and have no padding") {
    const TemporaryFolder folder;
    save(trained(), folder / "model.safetensors");
    const auto file = io::TensorFile::read(folder / "model.safetensors");
    REQUIRE(file.find("4.weight") != nullptr);
    CHECK(file.find("4.weight")->extents == std::vector<std::size_t>{5, 4, 3});
    REQUIRE(file.find("2.running_mean") != nullptr);
    CHECK(file.find("2.running_mean")->elements() == 5);
    CHECK(file.metadata.at("format") == "alrao");
}

TEST_CASE("the file of another model is refused, and the message lists the differences") {
    struct Other
        : Model<Input<6>, Normalize, Dense<7>, BatchNorm, ReLU, AveragedHead<SoftmaxClassifier<3>, 4>> {
        using Model::Model;
    };
    const TemporaryFolder folder;
    save(trained(), folder / "model.safetensors");
    Other other{Seed{3}};
    const std::vector<float> before(other.parameter_buffer().begin(), other.parameter_buffer().end());
    std::string said;
    try {
        load(other, folder / "model.safetensors");
    } catch (const FileError& error) {
        CHECK(error.fault == io::FileFault::mismatch);
        said = error.what();
    }
    CHECK(said.find("1.weight is F32 [6, 5] in the file, F32 [6, 7] in the model") != std::string::npos);
    CHECK(std::equal(before.begin(), before.end(), other.parameter_buffer().begin()));
}

TEST_CASE("missing, unexpected and broken arrays are refused, and the model is unchanged") {
    const TemporaryFolder folder;
    const auto path = folder / "model.safetensors";
    // refused_change() requires that the model is refused, so it cannot test the unchanged file.
    const auto missing = refused_change(path, [](const io::Tensor& tensor, io::TensorFile& file) {
        if (tensor.name != "1.bias") keep(tensor, file);
    });
    CHECK(missing.find("1.bias is missing") != std::string::npos);
    const auto foreign = refused_change(path, [](const io::Tensor& tensor, io::TensorFile& file) {
        keep(tensor, file);
        if (tensor.name == "1.bias") file.add("9.bias", tensor.dtype, tensor.extents, tensor.bytes);
    });
    CHECK(foreign.find("9.bias is not part of the model") != std::string::npos);
    const auto infinite = refused_change(path, [](const io::Tensor& tensor, io::TensorFile& file) {
        if (tensor.name != "1.bias") return keep(tensor, file);
        std::vector<float> values = tensor.values<float>();
        values[2] = std::numeric_limits<float>::infinity();
        file.add<float>(tensor.name, tensor.extents, std::span<const float>(values));
    });
    CHECK(infinite.find("1.bias") != std::string::npos);
    const auto improper = refused_change(path, [](const io::Tensor& tensor, io::TensorFile& file) {
        if (tensor.name != "posterior.log_weights") return keep(tensor, file);
        const std::vector<double> values{-0.1, -0.1, -0.1, -0.1};
        file.add<double>(tensor.name, tensor.extents, std::span<const double>(values));
    });
    CHECK(improper.find("weights that sum to") != std::string::npos);
}

TEST_CASE("a file with arrays in F16 or BF16 is loaded, one with arrays in F64 is not") {
    const TemporaryFolder folder;
    const auto path = folder / "half.safetensors";
    const Net net = trained();
    const auto write_as = [&](auto convert) {
        io::TensorFile from, to;
        io::add_model(from, net);
        to.metadata = from.metadata;
        for (const io::Tensor& tensor : from.tensors()) {
            if (tensor.dtype == io::DType::f32) convert(tensor, tensor.values<float>(), to);
            else keep(tensor, to);
        }
        to.write(path);
    };
    // A BF16 is the upper half of a float. In F16, 0.5 is 0x3800 and 1 is 0x3C00.
    write_as([](const io::Tensor& tensor, const std::vector<float>& values, io::TensorFile& to) {
        std::vector<std::uint16_t> halves;
        for (const float value : values)
            halves.push_back(static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16));
        to.add(tensor.name, io::DType::bf16, tensor.extents, std::as_bytes(std::span(halves)));
    });
    Net loaded{Seed{2}};
    load(loaded, path);
    for (std::size_t i = 0; i < net.parameter_buffer().size(); ++i)
        REQUIRE(std::bit_cast<std::uint32_t>(loaded.parameter_buffer()[i]) ==
                (std::bit_cast<std::uint32_t>(net.parameter_buffer()[i]) & 0xFFFF0000u));
    CHECK(loaded.posterior().log_weights == net.posterior().log_weights);

    write_as([](const io::Tensor& tensor, const std::vector<float>& values, io::TensorFile& to) {
        const std::uint16_t number = tensor.name == "1.bias" ? 0x3800 : 0x3C00;
        const std::vector<std::uint16_t> halves(values.size(), number);
        to.add(tensor.name, io::DType::f16, tensor.extents, std::as_bytes(std::span(halves)));
    });
    load(loaded, path);
    CHECK(array_view<1>(loaded, "1.bias")(4) == 0.5F);
    CHECK(array_view<2>(loaded, "1.weight")(5, 4) == 1);

    const auto infinite = refused_change(path, [](const io::Tensor& tensor, io::TensorFile& file) {
        if (tensor.name != "1.bias") return keep(tensor, file);
        const std::vector<std::uint16_t> halves(tensor.elements(), 0x7C00);
        file.add(tensor.name, io::DType::f16, tensor.extents, std::as_bytes(std::span(halves)));
    });
    CHECK(infinite.find("1.bias: got a number that is not finite") != std::string::npos);
    const auto wide = refused_change(path, [](const io::Tensor& tensor, io::TensorFile& file) {
        if (tensor.name != "1.bias") return keep(tensor, file);
        const std::vector<double> doubles(tensor.elements(), 1);
        file.add<double>(tensor.name, tensor.extents, std::span<const double>(doubles));
    });
    CHECK(wide.find("1.bias is F64 [5] in the file, F32 [5] in the model") != std::string::npos);
}

TEST_CASE("a file of a newer format is refused") {
    const TemporaryFolder folder;
    const auto path = folder / "model.safetensors";
    io::TensorFile file;
    io::add_model(file, trained());
    file.metadata["format_version"] = "2";
    file.write(path);
    Net net{Seed{2}};
    CHECK_THROWS_WITH_AS(load(net, path), doctest::Contains("format_version"), FileError);
}

namespace {

template <class Activation, class Head = SoftmaxClassifier<3>>
struct With : Model<Input<6>, Dense<5>, Activation, Head> {
    using With::Model::Model;
};

/// Returns the message of `load` for a model of type To and a file of a model of type From. The model must be
/// unchanged.
template <class From, class To>
std::string differences(const std::filesystem::path& path, bool with_layers = true) {
    io::TensorFile file;
    io::add_model(file, From{Seed{1}});
    if (!with_layers) file.metadata.erase("layers");
    file.write(path);
    To net{Seed{2}};
    const To before = net;
    try {
        load(net, path);
    } catch (const FileError& error) {
        CHECK(error.fault == io::FileFault::mismatch);
        CHECK(std::ranges::equal(net.parameter_buffer(), before.parameter_buffer()));
        return error.got;
    }
    return "";
}

}  // namespace

TEST_CASE("a file of other layers with the same arrays is refused, unless it has no names of layers") {
    const TemporaryFolder folder;
    const auto path = folder / "model.safetensors";
    CHECK(differences<With<ReLU>, With<ReLU>>(path) == "");
    CHECK(differences<With<ReLU>, With<Tanh>>(path) == "layer 1 ReLU in the file, 1 Tanh in the model");
    CHECK(differences<With<LeakyReLU<>>, With<LeakyReLU<Percent<20>>>>(path) ==
          "layer 1 LeakyReLU slope 0.01 in the file, 1 LeakyReLU slope 0.2 in the model");
    struct Longer : Model<Input<6>, Dense<5>, ReLU, Tanh, SoftmaxClassifier<3>> {
        using Model::Model;
    };
    CHECK(differences<With<ReLU>, Longer>(path).starts_with(
        "the file has 3 layers, the model 4; layer 2 SoftmaxClassifier in the file, 2 Tanh"));
    CHECK(differences<With<ReLU>, With<Tanh>>(path, false) == "");
}

TEST_CASE("save refuses a model that load would refuse: the message has the array, the old file remains") {
    const TemporaryFolder folder;
    const auto path = folder / "model.safetensors";
    const Net good = trained();
    save(good, path);
    const auto refused = [&](const Net& net) -> std::string {
        std::string text;
        try {
            save(net, path);
        } catch (const ArgumentError& error) {
            text = error.what();
        }
        Net kept{Seed{2}};
        load(kept, path);
        CHECK(same_numbers(kept, good));
        return text;
    };
    Net net = good;
    net.parameter_buffer()[Net::parameters[1].offset] = std::numeric_limits<float>::quiet_NaN();
    CHECK(refused(net).starts_with("alrao: save: 1.bias has a number that is not finite"));
    net = good;
    net.statistic_buffer()[0] = std::numeric_limits<float>::infinity();
    CHECK(refused(net).starts_with("alrao: save: 0.mean has"));
    net = good;
    net.posterior().log_weights[0] = std::nan("");
    CHECK(refused(net).starts_with("alrao: save: posterior.log_weights has nan"));
    net = good;
    net.posterior().log_weights[3] = 0;
    CHECK(refused(net).find("weights that sum to") != std::string::npos);
    const Net moved = std::move(net);
    CHECK(refused(net).find("moved from") != std::string::npos);
}

TEST_CASE("retired copies are saved with the model; the file of a model without them has no such arrays") {
    const TemporaryFolder folder;
    Net net = trained();
    io::TensorFile plain;
    io::add_model(plain, net);
    CHECK(plain.find("posterior.retired") == nullptr);
    const double none = -std::numeric_limits<double>::infinity();
    net.posterior().log_weights = {none, std::log(0.3), none, std::log(0.7)};
    net.posterior().memory.clear();
    net.posterior().retired = {5, 0, 9, 0};
    net.posterior().negligible = {7, 3, 9, 0};
    save(net, folder / "net");
    Net loaded{Seed{2}};
    load(loaded, folder / "net");
    CHECK(same_numbers(net, loaded));
    save(trained(), folder / "net");
    load(loaded, folder / "net");
    CHECK(loaded.posterior().live() == 4);
    CHECK(loaded.posterior().negligible == std::vector<std::uint64_t>(4, 0));
    net.posterior().retired = {1, 1, 1, 0};
    CHECK_THROWS_WITH_AS(save(net, folder / "net"), doctest::Contains("copy 1 of weight 0.3"), ArgumentError);
}

}  // namespace io_safetensors_test
