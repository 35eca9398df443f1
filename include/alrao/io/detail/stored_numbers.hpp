#pragma once

#include <alrao/io/file_error.hpp>
#include <alrao/model/state_dict.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <type_traits>
#include <vector>

namespace alrao::io::detail {

/// Returns the numbers of an array, row-major, without the padding between its rows.
template <class T>
std::vector<std::remove_const_t<T>> packed(const NamedArray<T>& array) {
    std::vector<std::remove_const_t<T>> values;
    values.reserve(array.rows * array.width);
    for (std::size_t row = 0; row < array.rows; ++row) {
        const T* first = array.data + row * array.pitch;
        values.insert(values.end(), first, first + array.width);
    }
    return values;
}

/// Writes numbers without padding into an array; the inverse of `packed`.
template <class T>
void unpack(const std::vector<T>& values, const NamedArray<T>& array) {
    for (std::size_t row = 0; row < array.rows; ++row)
        std::copy_n(values.data() + row * array.width, array.width, array.data + row * array.pitch);
}

/// An error in the numbers of a model, optimizer or carried state. `array` is empty if there is none.
struct Fault {
    std::string array, got, expected;
};

/// Returns an error if a value is not finite.
template <class T>
Fault fault_of(const std::string& array, const std::vector<T>& values) {
    for (const T value : values)
        if (!is_finite(value)) return {array, "a number that is not finite", "finite numbers"};
    return {};
}

/// Throws if a check before saving has found an error.
/// @throws ArgumentError with the error
inline void refuse_to_save(const Fault& fault) {
    if (!fault.array.empty())
        fail({"alrao: save: ", fault.array, " has ", fault.got, ", expected ", fault.expected,
              ": load would refuse the file"});
}

/// Throws if a check of numbers from a file has found an error.
/// @throws FileError with the error
inline void refuse_to_load(const Fault& fault, const std::filesystem::path& path) {
    if (!fault.array.empty())
        fail<FileError>(FileFault::malformed, path, FileError::whole_file, fault.array, fault.got,
                        fault.expected);
}

}  // namespace alrao::io::detail
