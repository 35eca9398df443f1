#pragma once

#include <alrao/shape/extents.hpp>
#include <alrao/tensor/fail.hpp>

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

namespace alrao {

namespace detail {
/// A matrix type of another library, such as Eigen, that is stored column by column.
template <class Array>
concept ColumnMajor = requires {
    requires !bool(Array::IsRowMajor);
    requires !bool(Array::IsVectorAtCompileTime);
};
}  // namespace detail

/// Contiguous numbers of type T, sample after sample: a span, a vector, an xtensor, a row-major matrix of Eigen.
template <class Array, class T>
concept ArrayOf = !detail::ColumnMajor<std::remove_cvref_t<Array>> &&
                  requires(const std::remove_reference_t<Array>& array) {
                      { array.data() } -> std::convertible_to<const T*>;
                      { array.size() } -> std::convertible_to<std::size_t>;
                  };

/// An array with extents: an xtensor [samples, ...].
template <class Array>
concept ShapedArray = requires(const std::remove_reference_t<Array>& array) {
    array.shape();
    array.strides();
    array.data_offset();
};

namespace detail {

/// Whether the memory of an argument outlives the call, because the argument is a variable or a view (span).
template <class Array>
concept Lasting =
    std::is_lvalue_reference_v<Array> || std::ranges::enable_borrowed_range<std::remove_cvref_t<Array>>;

/// The element type of an array, a pointer or a range; void for other types.
template <class Array>
struct NumberOf {
    static auto held() {
        if constexpr (std::is_pointer_v<Array> || std::is_array_v<Array>)
            return std::type_identity<
                std::remove_cv_t<std::remove_pointer_t<std::remove_all_extents_t<Array>>>>{};
        else if constexpr (requires { typename Array::value_type; })
            return std::type_identity<std::remove_cv_t<typename Array::value_type>>{};
        else if constexpr (requires(const Array& array) { *array.data(); })
            return std::type_identity<std::remove_cvref_t<decltype(*std::declval<const Array&>().data())>>{};
        else return std::type_identity<void>{};
    }
    using type = typename decltype(held())::type;
};
template <>
struct NumberOf<void> {
    using type = void;
};
template <class Array>
using number_of = typename NumberOf<std::remove_cvref_t<Array>>::type;

template <class Array, class... Numbers>
concept HoldsOneOf = (std::is_same_v<number_of<Array>, Numbers> || ...);
template <class Array, class... Numbers>
concept HoldsOthersThan = !HoldsOneOf<Array, void, Numbers...>;

/// Contiguous numbers, or a pointer to them.
template <class Array>
concept InOnePiece = std::is_pointer_v<std::remove_cvref_t<Array>> || ArrayOf<Array, number_of<Array>>;

/// Whether a view of these two arrays would outlive one of them, because that one is temporary.
template <class First, class Second>
inline constexpr bool outlived = !(Lasting<First> && Lasting<Second>)&&InOnePiece<Second> &&
                                 !std::is_pointer_v<std::remove_cvref_t<Second>>;

/// A type with members `images` and `labels`.
template <class Images>
concept with_images = requires(const Images& data) {
    data.images.size();
    data.labels.size();
};

[[nodiscard, gnu::cold]] inline std::string extents_text(const Extents& extents) {
    std::string text = "[";
    for (std::size_t axis = 0; axis < extents.rank; ++axis)
        text = message_of({text, axis == 0 ? "" : ", ", extents[axis]});
    return message_of({text, "]"});
}

/// The extents of one sample of an array [samples, ...]; {1} for an array [samples].
/// @throws ArgumentError unless the array is row-major without gaps
template <class Array>
Extents sample_extents(const Array& array, const char* what, const char* caller = "Dataset") {
    Extents extents;
    const std::size_t rank = array.shape().size();
    if (rank == 0 || rank > Extents::max_rank + 1)
        fail({"alrao: ", caller, ": the ", what, " have ", rank, " extents; [samples, ...] has 1 to ",
              Extents::max_rank + 1});
    std::size_t expected = 1;
    for (std::size_t axis = rank; axis-- > 0;) {
        const auto extent = static_cast<std::size_t>(array.shape()[axis]);
        if (extent > 1 && static_cast<std::size_t>(array.strides()[axis]) != expected)
            fail({"alrao: ", caller, ": the ", what,
                  " are not row-major without gaps; "
                  "make a copy: xt::xtensor<T, N, xt::layout_type::row_major> rows = array;"});
        expected *= extent;
    }
    extents.rank = rank - 1;
    for (std::size_t axis = 1; axis < rank; ++axis)
        extents.extent[axis - 1] = static_cast<std::size_t>(array.shape()[axis]);
    if (rank == 1) extents = Extents{1};
    return extents;
}

/// The first element of an array.
template <class T, class Array>
const T* first_of(const Array& array) {
    if constexpr (ShapedArray<Array>) return array.data() + array.data_offset();
    else return array.data();
}

/// The extents in a list in braces.
template <class Size>
Extents extents_in(std::initializer_list<Size> sizes) {
    Extents extents;
    if (sizes.size() > Extents::max_rank)
        fail({"alrao: Dataset: a sample has at most ", Extents::max_rank, " extents, got ", sizes.size()});
    for (const Size size : sizes) extents.extent[extents.rank++] = static_cast<std::size_t>(size);
    return extents;
}

/// The scalar type of a data set from its arguments: that of the first one or, if they are swapped, of the second.
template <class First, class Second = void>
using scalar_for = std::conditional_t<
    std::is_floating_point_v<number_of<First>>, number_of<First>,
    std::conditional_t<std::is_floating_point_v<number_of<Second>>, number_of<Second>, float>>;

}  // namespace detail
}  // namespace alrao
