// libFuzzer target for the CIFAR reader. It is built, and run briefly, in builds with clang and sanitizers.
// To run it longer:
//   tests/fuzz/run.py cifar BUILD/tests/fuzz/fuzz_cifar 10000000
// For any bytes, the reader must throw FileError or return complete images. The first byte chooses the label, and
// whether the bytes are used unchanged or padded to whole records, so that labels are reached.
#include <alrao/data/detail/cifar_records.hpp>
#include <alrao/io/detail/byte_source.hpp>

#include "checks.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace {

using fuzz::require;

void check(std::span<const std::byte> file, alrao::data::CifarLabel label, std::size_t record) {
    try {
        const auto images = alrao::data::read_cifar_from(alrao::io::InputBytes(file), label);
        require(images.count > 0 && images.count * record == file.size());
        require(images.images.size() == images.count * 3072);
        require(images.labels.size() == images.count);
        for (const auto of_image : images.labels) {
            require(of_image >= 0 && static_cast<std::size_t>(of_image) < images.classes);
        }
        for (const float pixel : images.images) {
            require(pixel >= 0 && pixel <= 1);
        }
    } catch (const alrao::FileError& error) {
        fuzz::check_error(error, file.size());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const auto label = static_cast<alrao::data::CifarLabel>(data[0] % 3);
    const std::size_t record = label == alrao::data::CifarLabel::cifar10 ? 3073 : 3074;
    const auto bytes = std::as_bytes(std::span(data + 1, size - 1));
    std::vector<std::byte> file(bytes.begin(), bytes.end());
    if (data[0] >= 128) {
        file.resize((file.size() + record - 1) / record * record);
    }
    check(file, label, record);
    return 0;
}
