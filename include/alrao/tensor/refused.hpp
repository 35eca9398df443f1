#pragma once

#include <alrao/meta/fixed_string.hpp>

/// A constructor or function that exists to say what is wrong with a call: no overload resolution that
/// is only asked (std::is_constructible, a requires-expression) finds one, and whoever calls it reads
/// the sentence in the line of the one error.
///
///   ALRAO_REFUSED("alrao: labels are std::int32_t", (class Label), requires(!is_label<Label>)
///                 Data(const Label* labels));
///
/// The first argument is the sentence, the second the template parameters in parentheses, and what
/// follows the declaration. GCC prints the sentence as a template argument of a deleted function,
/// clang as the reason why a function is not available.
#define ALRAO_PARAMETERS(...) __VA_ARGS__
#if defined(__clang__)
#define ALRAO_REFUSED(sentence, parameters, ...) \
    template <ALRAO_PARAMETERS parameters>       \
    __VA_ARGS__ __attribute__((unavailable(sentence)))
#else
#define ALRAO_REFUSED(sentence, parameters, ...)                                            \
    template <ALRAO_PARAMETERS parameters, ::alrao::meta::FixedString Sentence = sentence> \
    __VA_ARGS__ = delete
#endif
