// libFuzzer target for the safetensors reader. It is built, and run briefly, in builds with clang and
// sanitizers. To run it longer:
//   tests/fuzz/run.py safetensors BUILD/tests/fuzz/fuzz_safetensors 10000000
// For any bytes, the reader must throw FileError or return an object that gives the same bytes when it is written,
// read and written again. The first byte chooses whether the bytes are used unchanged, or after a matching length
// field (bytes after the first newline are then data).
#include <alrao/io/detail/tensor_file.hpp>

#include "checks.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

namespace {

using fuzz::require;

void check(std::span<const std::byte> file) {
    using alrao::io::TensorFile;
    try {
        const TensorFile first = TensorFile::read(file);
        std::uint64_t covered = 0;
        for (const auto& tensor : first.tensors()) {
            require(tensor_bytes(tensor.dtype, tensor.extents) == tensor.bytes.size());
            require(first.find(tensor.name) == &tensor);
            covered += tensor.bytes.size();
        }
        require(covered <= file.size());
        const auto bytes = first.to_bytes();
        const TensorFile second = TensorFile::read(bytes);
        require(second.has_checksums() && second.metadata == first.metadata);
        require(second.to_bytes() == bytes);
        require(first.tensors().size() == second.tensors().size());
        for (std::size_t i = 0; i < first.tensors().size(); ++i) {
            const auto &a = first.tensors()[i], &b = second.tensors()[i];
            require(a.name == b.name && a.dtype == b.dtype && a.extents == b.extents);
            require(std::equal(a.bytes.begin(), a.bytes.end(), b.bytes.begin(), b.bytes.end()));
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
    const auto bytes = std::as_bytes(std::span(data + 1, size - 1));
    if (data[0] % 2 == 0) {
        check(bytes);
        return 0;
    }
    const auto line = std::find(bytes.begin(), bytes.end(), std::byte{'\n'});
    const auto length =
        std::bit_cast<std::array<std::byte, 8>>(static_cast<std::uint64_t>(line - bytes.begin()));
    std::vector<std::byte> file(length.begin(), length.end());
    file.insert(file.end(), bytes.begin(), line);
    file.insert(file.end(), line == bytes.end() ? line : line + 1, bytes.end());
    check(file);
    return 0;
}
