#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

namespace alrao::meta {

/// True. Its arguments are sizes of types, asked for so that the types say what is wrong with them.
template <std::size_t... Sizes>
inline constexpr bool stated = true;

/// One step between an error and whoever names it: a compiler gives up the class that holds one.
template <class Check>
struct Said {
    static_assert(sizeof(Check) > 0);
};

/// What a call that is refused is written with where it would need a value: nothing computes it.
template <class Type>
Type never();

/// Whether a value of a type is taken where another one is wanted.
template <class Given, class Wanted>
concept Becomes = std::is_same_v<Given, Wanted> || std::is_convertible_v<Given, Wanted>;
template <class Given, class Wanted, class Other>
concept BecomesEither = Becomes<Given, Wanted> || Becomes<Given, Other>;

/// Whether the first of some types is a class derived from Base, or Base itself.
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
// Eight at a time: a net of hundreds of layers needs a tenth as many instantiations as two at a time.
template <class... A, class... B, class... C, class... D, class... E, class... F, class... G, class... H,
          class... Rest>
struct Concatenated<List<A...>, List<B...>, List<C...>, List<D...>, List<E...>, List<F...>, List<G...>,
                    List<H...>, Rest...>
    : Concatenated<List<A..., B..., C..., D..., E..., F..., G..., H...>, Rest...> {};
template <class... A, class... B, class... C, class... Rest>
struct Concatenated<List<A...>, List<B...>, List<C...>, Rest...>
    : Concatenated<List<A..., B..., C...>, Rest...> {};

/// One list of all the types of several lists, in order.
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

/// N copies of a list, one after the other.
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

/// The type at place Index of a list.
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
