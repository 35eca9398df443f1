#pragma once

#include "temporary_folder.hpp"

#include <alrao/io/detail/tensor_file.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Returns a file with this header and `data` bytes of data. The character @, which marks a position in the
/// header, is removed.
inline std::string safetensors(std::string_view header, std::size_t data) {
    std::string text(header);
    if (const std::size_t mark = text.find('@'); mark != text.npos) {
        text.erase(mark, 1);
    }
    const auto length = std::bit_cast<std::array<char, 8>>(std::uint64_t{text.size()});
    return std::string(length.data(), 8) + text + std::string(data, '\x11');
}

/// Returns a file of about 4 KB with several types, a scalar, an empty tensor, and metadata with quotation
/// marks and line breaks.
inline alrao::io::TensorFile sample_file() {
    using namespace alrao::io;
    TensorFile file;
    file.metadata["format"] = "alrao";
    file.metadata["note"] = "a \"quoted\"\nline \xE2\x82\xAC \\";
    std::vector<float> weights(400);
    for (std::size_t i = 0; i < weights.size(); ++i) {
        weights[i] = static_cast<float>(i) * 0.37F - 50.0F;
    }
    file.add<float>("0.weight", {20, 20}, weights);
    file.add<float>("0.bias", {20}, std::span(std::as_const(weights)).first(20));
    file.add<double>("log_weights", {2, 10}, std::vector<double>(20, -2.5));
    file.add<std::int64_t>("scalar", {}, std::vector<std::int64_t>{-7});
    file.add<std::uint64_t>("step", {1}, std::vector<std::uint64_t>{1u << 20});
    file.add<std::int32_t>("labels", {3}, std::vector<std::int32_t>{-1, 0, 1});
    file.add<std::uint8_t>("mask", {5}, std::vector<std::uint8_t>{0, 1, 0, 1, 1});
    file.add<float>("empty", {0, 3}, std::vector<float>{});
    return file;
}

/// Returns the error of reading these bytes, or no value if they are a valid file.
inline std::optional<alrao::FileError> refused(const std::string& file,
                                               const alrao::io::ReadLimits& limits = {}) {
    return refusal([&] { (void)alrao::io::TensorFile::read(bytes_of(file), limits); });
}
