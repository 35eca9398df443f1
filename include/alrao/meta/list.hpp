#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

namespace alrao::meta {

/// Always true. Its arguments are sizeof expressions: they instantiate types, so that the static_asserts
/// of these types are evaluated.
template <std::size_t... Sizes>
inline constexpr bool stated = true;

/// Instantiates `Check`, whose static_asserts may report an error. After an error, a compiler marks the class
/// that required the instantiation as invalid, and each further use of that class gives another error. Here
/// that class is Said<Check>, which is used only in sizeof(Said<Check>), so the intended error is the only
/// one.
template <class Check>
struct Said {
    static_assert(sizeof(Check) > 0);
};

/// A value of `Type` for unevaluated or unreachable code, such as the return statement of an overload
/// that only reports an error. Never defined.
template <class Type>
Type never();

/// `Given` is `Wanted` or converts to it implicitly.
template <class Given, class Wanted>
concept Becomes = std::is_same_v<Given, Wanted> || std::is_convertible_v<Given, Wanted>;
/// `Given` converts implicitly to `Wanted` or to `Other`.
template <class Given, class Wanted, class Other>
concept BecomesEither = Becomes<Given, Wanted> || Becomes<Given, Other>;

/// A value of the type can be copied and assigned. Needs a sixtieth of the template instantiations of std::copyable.
template <class Type>
concept Copyable = std::is_object_v<Type> && requires(Type& value, const Type& other) {
    Type(other);
    value = other;
};

/// Whether the first type of a pack is `Base` or a class derived from it. False for an empty pack.
template <class Base, class First = void, class... Rest>
inline constexpr bool begins_with = std::is_base_of_v<Base, First>;

/// A list of types.
template <class... Types>
struct List {
    static constexpr std::size_t size = sizeof...(Types);
};

template <class... Lists>
struct Concatenated;
template <>
struct Concatenated<> {
    using type = List<>;
};
template <class... A>
struct Concatenated<List<A...>> {
    using type = List<A...>;
};
template <class... A, class... B>
struct Concatenated<List<A...>, List<B...>> {
    using type = List<A..., B...>;
};
// Eight lists at a time: for a network of hundreds of layers this needs a tenth of the instantiations
// that two at a time would need.
template <class... A, class... B, class... C, class... D, class... E, class... F, class... G, class... H,
          class... Rest>
struct Concatenated<List<A...>, List<B...>, List<C...>, List<D...>, List<E...>, List<F...>, List<G...>,
                    List<H...>, Rest...>
    : Concatenated<List<A..., B..., C..., D..., E..., F..., G..., H...>, Rest...> {};
template <class... A, class... B, class... C, class... Rest>
struct Concatenated<List<A...>, List<B...>, List<C...>, Rest...>
    : Concatenated<List<A..., B..., C...>, Rest...> {};

/// Concatenation of several lists, in order.
template <class... Lists>
using concatenate = typename Concatenated<Lists...>::type;

template <std::size_t N, class Types>
struct Repeated {
    using half = typename Repeated<N / 2, Types>::type;
    using type = std::conditional_t<N % 2 == 0, concatenate<half, half>, concatenate<half, half, Types>>;
};
template <class Types>
struct Repeated<0, Types> {
    using type = List<>;
};
template <class Types>
struct Repeated<1, Types> {
    using type = Types;
};

/// A list that contains the types of `Types` N times, one copy after the other.
template <std::size_t N, class Types>
using repeat = typename Repeated<N, Types>::type;

template <std::size_t Index, class Type>
struct Indexed {};
template <class Indices, class... Types>
struct IndexedTypes;
template <std::size_t... Index, class... Types>
struct IndexedTypes<std::index_sequence<Index...>, Types...> : Indexed<Index, Types>... {};
template <std::size_t Index, class Type>
std::type_identity<Type> type_at(const Indexed<Index, Type>&);

/// The type at position `Index` (from 0) of a list.
template <std::size_t Index, class Types>
struct At;
template <std::size_t Index, class... Types>
struct At<Index, List<Types...>> {
    using type = typename decltype(type_at<Index>(
        std::declval<IndexedTypes<std::index_sequence_for<Types...>, Types...>>()))::type;
};
template <std::size_t Index, class Types>
using at = typename At<Index, Types>::type;

}  // namespace alrao::meta
