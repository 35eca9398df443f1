#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

namespace alrao {

namespace detail {
/// Whether a matrix type of another library, Eigen's for one, lies column by column in memory.
template <class Array>
concept ColumnMajor = requires {
    requires !bool(Array::IsRowMajor);
    requires !bool(Array::IsVectorAtCompileTime);
};
}  // namespace detail

/// Numbers of type T in one piece of memory, sample after sample: a span, a vector, an xtensor, a
/// matrix of Eigen that is row-major.
template <class Array, class T>
concept ArrayOf = !detail::ColumnMajor<std::remove_cvref_t<Array>> && requires(const std::remove_reference_t<Array>& array) {
    { array.data() } -> std::convertible_to<const T*>;
    { array.size() } -> std::convertible_to<std::size_t>;
};

/// An array with extents, samples first: an xtensor.
template <class Array>
concept ShapedArray = requires(const std::remove_reference_t<Array>& array) {
    array.shape();
    array.strides();
    array.data_offset();
};

namespace detail {

/// Whether the memory behind an argument outlives it: it has a name, or it is only a view.
template <class Array>
concept Lasting = std::is_lvalue_reference_v<Array> ||
                  std::ranges::enable_borrowed_range<std::remove_cvref_t<Array>>;

/// The numbers that an array, a pointer or a range holds; void: it is none.
template <class Array>
struct NumberOf {
    static auto held() {
        if constexpr (std::is_pointer_v<Array> || std::is_array_v<Array>)
            return std::type_identity<std::remove_cv_t<
                std::remove_pointer_t<std::remove_all_extents_t<Array>>>>{};
        else if constexpr (requires { typename Array::value_type; })
            return std::type_identity<std::remove_cv_t<typename Array::value_type>>{};
        else if constexpr (requires(const Array& array) { *array.data(); })
            return std::type_identity<
                std::remove_cvref_t<decltype(*std::declval<const Array&>().data())>>{};
        else return std::type_identity<void>{};
    }
    using type = typename decltype(held())::type;
};
template <class Array>
using number_of = typename NumberOf<std::remove_cvref_t<Array>>::type;

template <class Array, class... Numbers>
concept HoldsOneOf = (std::is_same_v<number_of<Array>, Numbers> || ...);
template <class Array, class... Numbers>
concept HoldsOthersThan = !HoldsOneOf<Array, void, Numbers...>;

/// Numbers in one piece of memory, or a pointer to them.
template <class Array>
concept InOnePiece = std::is_pointer_v<std::remove_cvref_t<Array>> || ArrayOf<Array, number_of<Array>>;

/// Of arrays that a view would refer to: whether one of them is gone before it.
template <class First, class Second>
inline constexpr bool outlived = !(Lasting<First> && Lasting<Second>) && InOnePiece<Second> &&
                                 !std::is_pointer_v<std::remove_cvref_t<Second>>;

/// What looks like images with labels.
template <class Images>
concept with_images = requires(const Images& data) {
    data.images.size();
    data.labels.size();
};

/// The type of the data set that these inputs make.
template <class Inputs>
using scalar_for =
    std::conditional_t<std::is_floating_point_v<number_of<Inputs>>, number_of<Inputs>, float>;

}  // namespace detail
}  // namespace alrao
