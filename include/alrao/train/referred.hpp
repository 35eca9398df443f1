#pragma once

namespace alrao {

/// Data of the caller's that an option refers to, or none. Made from a pointer, or from a variable,
/// which has to stay where it is: `.validation = &data` and `.validation = data` are the same.
template <class Data>
class Referred {
public:
    constexpr Referred(const Data* data = nullptr) : data_(data) {}
    constexpr Referred(const Data& data) : data_(&data) {}
    /// What refers to it would outlive this: keep it in a variable.
    Referred(const Data&& data) = delete;

    constexpr operator const Data*() const { return data_; }
    constexpr const Data* operator->() const { return data_; }

private:
    const Data* data_;
};

}  // namespace alrao
