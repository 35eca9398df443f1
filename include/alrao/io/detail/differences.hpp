#pragma once

#include <alrao/io/detail/dtype.hpp>
#include <alrao/io/detail/tensor_file.hpp>
#include <alrao/io/file_error.hpp>
#include <alrao/io/tensor.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao::io::detail {

// Prefixes of the names of arrays that io/carried_state.hpp and io/optimizer_state.hpp add to the file of a
// model. These arrays are not part of the model.
inline constexpr std::string_view carried_prefix = "carried.";
inline constexpr std::string_view optimizer_prefix = "optimizer.";

inline constexpr std::string_view layers_key = "layers";
inline constexpr std::string_view layer_separator = "; ";

/// Splits the metadata "layers" into names of layers.
inline std::vector<std::string> split_layers(std::string_view text) {
    std::vector<std::string> layers;
    while (true) {
        const std::size_t end = text.find(layer_separator);
        layers.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos) return layers;
        text.remove_prefix(end + layer_separator.size());
    }
}

/// Collects the differences between a file and the content that a program expects, and reports them in one
/// error. The message contains the first eight.
class Differences {
public:
    /// Requires an array `name` of this type and these extents.
    void expect(const TensorFile& file, const std::string& name, DType dtype,
                const std::vector<std::size_t>& extents) {
        const Tensor* tensor = file.find(name);
        expect(tensor, name, dtype, extents, tensor != nullptr && tensor->dtype == dtype);
    }
    /// Requires an array `name` of these extents that can be converted to T (see `Tensor::holds`).
    template <class T>
    void expect_values(const TensorFile& file, const std::string& name,
                       const std::vector<std::size_t>& extents) {
        const Tensor* tensor = file.find(name);
        expect(tensor, name, dtype_of<T>, extents, tensor != nullptr && tensor->holds<T>());
    }
    /// Checks type and extents of an array `name` if the file has one.
    void expect_if_there(const TensorFile& file, const std::string& name, DType dtype,
                         const std::vector<std::size_t>& extents) {
        if (file.find(name) != nullptr) expect(file, name, dtype, extents);
    }
    /// Compares the layers of the file with those of the model. A file without names of layers is accepted.
    void expect_layers(const TensorFile& file, const std::vector<std::string>& layers) {
        const auto named = file.metadata.find(layers_key);
        if (named == file.metadata.end()) return;
        const std::vector<std::string> got = split_layers(named->second);
        if (got.size() != layers.size())
            add("the file has " + std::to_string(got.size()) + " layers, the model " +
                std::to_string(layers.size()));
        for (std::size_t i = 0; i < std::min(got.size(), layers.size()); ++i)
            if (got[i] != layers[i]) add("layer " + got[i] + " in the file, " + layers[i] + " in the model");
    }
    /// Adds a difference if no earlier call of `expect...` has named the array `name`.
    void expect_known(const std::string& name) {
        if (std::find(names_.begin(), names_.end(), name) == names_.end()) add(name + " is unexpected");
    }
    /// Adds a difference for each array that no earlier call of `expect...` has named. Arrays whose names
    /// begin with `ignored_prefix` or `carried_prefix` are ignored.
    void refuse_others(const TensorFile& file, std::string_view ignored_prefix) {
        for (const Tensor& tensor : file.tensors())
            if (!tensor.name.starts_with(ignored_prefix) && !tensor.name.starts_with(carried_prefix) &&
                std::find(names_.begin(), names_.end(), tensor.name) == names_.end())
                add(tensor.name + " is not part of the model");
    }
    /// Ends the comparison.
    /// @throws FileError (`FileFault::mismatch`) with the differences, if there are any
    void raise_if_any(const std::filesystem::path& path) const {
        raise_if_any(path, "model", "the layers and tensors of this model");
    }
    /// As above; `field` and `expected` are the texts of the error.
    void raise_if_any(const std::filesystem::path& path, std::string_view field,
                      std::string_view expected) const {
        if (count_ == 0) return;
        const std::string more =
            count_ > shown_most ? "; and " + std::to_string(count_ - shown_most) + " more" : "";
        fail<FileError>(FileFault::mismatch, path, FileError::whole_file, field, text_ + more, expected);
    }

private:
    static constexpr std::size_t shown_most = 8;
    void expect(const Tensor* tensor, const std::string& name, DType dtype,
                const std::vector<std::size_t>& extents, bool right_type) {
        names_.push_back(name);
        if (tensor == nullptr) {
            add(name + " is missing");
        } else if (!right_type || tensor->extents != extents) {
            add(name + " is " + std::string(name_of(tensor->dtype)) + " " + shown(tensor->extents) +
                " in the file, " + std::string(name_of(dtype)) + " " + shown(extents) + " in the model");
        }
    }
    void add(const std::string& difference) {
        if (++count_ <= shown_most) text_ += (text_.empty() ? "" : "; ") + difference;
    }
    std::vector<std::string> names_;
    std::string text_;
    std::size_t count_ = 0;
};

}  // namespace alrao::io::detail

#pragma GCC diagnostic pop
