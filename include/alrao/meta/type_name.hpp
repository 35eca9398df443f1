#pragma once

#include <string_view>

namespace alrao::meta {

template <class Type>
constexpr std::string_view signature_with() {
    return __PRETTY_FUNCTION__;
}

/// The name of a type as the compiler prints it, without a leading "alrao::": "Dense<128>".
/// The spelling of template arguments depends on the compiler.
template <class Type>
constexpr std::string_view type_name() {
    // g++ and clang print "... [... Type = NAME...]"; the lengths around NAME are measured with a known type.
    constexpr std::string_view probe = signature_with<double>();
    constexpr std::size_t before = probe.find("double");
    constexpr std::size_t after = probe.size() - before - std::string_view{"double"}.size();
    std::string_view name = signature_with<Type>();
    name.remove_prefix(before);
    name.remove_suffix(after);
    constexpr std::string_view home = "alrao::";
    if (name.substr(0, home.size()) == home) name.remove_prefix(home.size());
    return name;
}

}  // namespace alrao::meta
