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
concept ArrayOf = !detail::ColumnMajor<std::remove_cvref_t<Array>> &&
                  requires(const std::remove_reference_t<Array>& array) {
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
concept Lasting =
    std::is_lvalue_reference_v<Array> || std::ranges::enable_borrowed_range<std::remove_cvref_t<Array>>;

/// The numbers that an array, a pointer or a range holds; void: it is none.
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

/// Numbers in one piece of memory, or a pointer to them.
template <class Array>
concept InOnePiece = std::is_pointer_v<std::remove_cvref_t<Array>> || ArrayOf<Array, number_of<Array>>;

/// Of arrays that a view would refer to: whether one of them is gone before it.
template <class First, class Second>
inline constexpr bool outlived = !(Lasting<First> && Lasting<Second>)&&InOnePiece<Second> &&
                                 !std::is_pointer_v<std::remove_cvref_t<Second>>;

/// What looks like images with labels.
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

/// The extents behind the first of an array of samples, whose memory has to be row-major, no gaps.
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

template <class T, class Array>
const T* first_of(const Array& array) {
    if constexpr (ShapedArray<Array>) return array.data() + array.data_offset();
    else return array.data();
}

/// Extents that were given in braces.
template <class Size>
Extents extents_in(std::initializer_list<Size> sizes) {
    Extents extents;
    if (sizes.size() > Extents::max_rank)
        fail({"alrao: Dataset: a sample has at most ", Extents::max_rank, " extents, got ", sizes.size()});
    for (const Size size : sizes) extents.extent[extents.rank++] = static_cast<std::size_t>(size);
    return extents;
}

/// The type of the numbers that a data set is made from: the first argument's, or, of swapped ones,
/// the second's.
template <class First, class Second = void>
using scalar_for = std::conditional_t<
    std::is_floating_point_v<number_of<First>>, number_of<First>,
    std::conditional_t<std::is_floating_point_v<number_of<Second>>, number_of<Second>, float>>;

}  // namespace detail
}  // namespace alrao
