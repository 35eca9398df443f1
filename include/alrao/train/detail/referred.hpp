#pragma once

#include <type_traits>

namespace alrao {

/// Data of the caller's that an option refers to, or none. Made from a pointer, or from a variable,
/// which has to stay where it is: `.validation = &data` and `.validation = data` are the same.
template <class Data>
class Referred {
public:
    constexpr Referred(const Data* data = nullptr) : data_(data) {}
    constexpr Referred(const Data& data) : data_(&data) {}
    /// Refused in words.
    template <class Given>
        requires(std::is_same_v<std::remove_cv_t<Given>, Data>)
    constexpr Referred(Given&&) : data_(nullptr) {
        static_assert(sizeof(Given) == 0,
                      "alrao: .validation is referred to, and these data are gone before the fit: keep "
                      "them in a variable: const Dataset validation(x, y); ... .validation = validation");
    }

    constexpr operator const Data*() const { return data_; }
    constexpr const Data* operator->() const { return data_; }

private:
    const Data* data_;
};

}  // namespace alrao
