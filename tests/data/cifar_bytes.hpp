#pragma once

#include "../io/temporary_folder.hpp"

#include <cstddef>
#include <string>
#include <string_view>

/// Returns records of a CIFAR file: `labels` label bytes that count up from `first` (if there are two: coarse
/// is fine / 5), then planes of red, green and blue whose bytes count up from the number of the record.
inline std::string cifar_file(std::size_t records, std::size_t labels = 1, std::size_t first = 0) {
    std::string bytes;
    for (std::size_t i = 0; i < records; ++i) {
        const std::size_t label = (first + i) % (labels == 1 ? 10 : 100);
        if (labels == 2) bytes += static_cast<char>(label / 5);
        bytes += static_cast<char>(label);
        for (std::size_t p = 0; p < 3072; ++p) bytes += static_cast<char>((first + i + p) % 256);
    }
    return bytes;
}

/// Writes the files of CIFAR-10, with this number of records in each file, below a folder.
inline void write_cifar10(const TemporaryFolder& folder, const std::string& below, std::size_t records) {
    for (std::size_t batch = 1; batch <= 5; ++batch)
        folder.write(below + "data_batch_" + std::to_string(batch) + ".bin",
                     cifar_file(records, 1, 10 * batch + 1));
    folder.write(below + "test_batch.bin", cifar_file(records, 1, 7));
}
