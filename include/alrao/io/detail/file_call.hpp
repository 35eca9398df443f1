#pragma once

#include <alrao/io/detail/tensor_file.hpp>
#include <alrao/meta/list.hpp>
#include <alrao/model/model.hpp>

#include <cstddef>
#include <filesystem>
#include <type_traits>

namespace alrao {

template <class Net>
class CarriedState;

/// Finds the first error in a call of `save` or `load` from the types of its arguments. A static_assert with
/// one sentence reports it, and the compiler reports no other error.
namespace io::detail {

/// The errors in a call. RefusedFileCall has a sentence for each.
enum class FileCallFault : unsigned char {
    none,
    path_first,
    optimizer_alone,
    state_alone,
    no_model,
    no_path,
    rule,
    order,
    unknown,
    optimizer_header,
    state_header,
    other_network,
    const_given,
    temporary
};

template <class Given>
inline constexpr bool is_model = TrainableModel<std::remove_cvref_t<Given>>;
template <class Given>
inline constexpr bool is_path = std::is_convertible_v<Given, const std::filesystem::path&>;
template <class Given>
concept IsOptimizer = requires { typename std::remove_cvref_t<Given>::OptimizedNet; };
template <class Given>
concept IsRuleWithRate = requires { typename std::remove_cvref_t<Given>::Rule; } && !IsOptimizer<Given>;
template <class Given>
inline constexpr bool is_state = false;
template <class Net>
inline constexpr bool is_state<CarriedState<Net>> = true;

/// Whether the header that saves this type was included. Its function add_optimizer or add_state is then
/// found by argument-dependent lookup.
template <class Given>
concept SavedAsOptimizer =
    requires(TensorFile& file, const std::remove_cvref_t<Given>& given) { add_optimizer(file, given); };
template <class Given>
concept SavedAsState =
    requires(TensorFile& file, const std::remove_cvref_t<Given>& given) { add_state(file, given); };

/// Whether an optimizer or carried state is of the network type Net.
template <class Net, class Given>
constexpr bool belongs_to() {
    using Bare = std::remove_cvref_t<Given>;
    if constexpr (IsOptimizer<Given>) return std::is_same_v<typename Bare::OptimizedNet, Net>;
    else return std::is_same_v<Bare, CarriedState<Net>>;
}

/// Returns the error of an argument between model and path.
template <class Net, class Given>
constexpr FileCallFault fault_between() {
    using F = FileCallFault;
    if constexpr (IsOptimizer<Given>) {
        if (!SavedAsOptimizer<Given>) return F::optimizer_header;
    } else if constexpr (is_state<std::remove_cvref_t<Given>>) {
        if (!SavedAsState<Given>) return F::state_header;
    } else {
        return IsRuleWithRate<Given> ? F::rule : F::unknown;
    }
    return belongs_to<Net, Given>() ? F::none : F::other_network;
}

/// Returns the error of an argument that `load` writes to.
template <bool loads, class Given>
constexpr FileCallFault fault_of_target() {
    if (!loads) return FileCallFault::none;
    if (std::is_const_v<std::remove_reference_t<Given>>) return FileCallFault::const_given;
    return std::is_lvalue_reference_v<Given> ? FileCallFault::none : FileCallFault::temporary;
}

/// Returns the first of these values that is not `none`; else `none`.
constexpr FileCallFault first_fault(FileCallFault a, FileCallFault b, FileCallFault c = {},
                                    FileCallFault d = {}) {
    using F = FileCallFault;
    return a != F::none ? a : b != F::none ? b : c != F::none ? c : d;
}

/// Returns the error of the arguments after the model.
template <bool loads, class Net, class First = void, class Second = void, class Third = void, class... More>
constexpr FileCallFault fault_behind_model() {
    using F = FileCallFault;
    if constexpr (is_path<First>) {
        return std::is_void_v<Second> ? F::none : F::no_path;
    } else if constexpr (std::is_void_v<First>) {
        return F::no_path;
    } else if constexpr (std::is_void_v<Second> || is_path<Second>) {
        return first_fault(fault_between<Net, First>(), std::is_void_v<Second> ? F::no_path : F::none,
                           fault_of_target<loads, First>(), std::is_void_v<Third> ? F::none : F::no_path);
    } else if constexpr (IsOptimizer<First> && is_state<std::remove_cvref_t<Second>>) {
        return F::order;
    } else {
        constexpr F kinds = first_fault(fault_between<Net, First>(), fault_between<Net, Second>());
        constexpr bool both = is_state<std::remove_cvref_t<First>> && IsOptimizer<Second>;
        return first_fault(kinds, both ? F::none : F::unknown,
                           is_path<Third> && sizeof...(More) == 0 ? F::none : F::no_path,
                           first_fault(fault_of_target<loads, First>(), fault_of_target<loads, Second>()));
    }
}

/// Whether a type is a model, a pointer to one, an optimizer or a carried state.
template <class Given>
inline constexpr bool is_saved = is_model<std::remove_pointer_t<std::remove_cvref_t<Given>>> ||
                                 IsOptimizer<Given> || is_state<std::remove_cvref_t<Given>>;
/// Whether a type occurs in calls of these functions, in correct ones or by mistake.
template <class Given>
inline constexpr bool is_known = is_saved<Given> || is_path<Given> || IsRuleWithRate<Given> ||
                                 std::is_arithmetic_v<std::remove_cvref_t<Given>>;
/// Whether a call is meant for the functions of this library: at least one argument satisfies `is_saved`, and
/// all satisfy `is_known`. Other calls may be meant for a function `save` of the program, to which an
/// overload for arguments of any type would be preferred.
template <class... Given>
inline constexpr bool meant_for_files = (is_saved<Given> || ...) && (is_known<Given> && ...);

/// Returns the first error of a call `save(First, Rest...)`, or of `load` if `loads`; `none` if it is correct
/// or not meant for these functions.
template <bool loads, class First, class... Rest>
constexpr FileCallFault file_call_fault() {
    using F = FileCallFault;
    if constexpr (!meant_for_files<First, Rest...>) return F::none;
    else if constexpr (IsOptimizer<First>) return F::optimizer_alone;
    else if constexpr (is_state<std::remove_cvref_t<First>>) return F::state_alone;
    else if constexpr (is_model<First>)
        return first_fault(fault_behind_model<loads, std::remove_cvref_t<First>, Rest...>(),
                           fault_of_target<loads, First>());
    else return is_path<First> ? F::path_first : F::no_model;
}

/// Instantiated for an incorrect call. Exactly one of its static_asserts fails.
template <FileCallFault fault>
struct RefusedFileCall {
    template <FileCallFault What>
    static constexpr bool other = fault != What;
    using enum FileCallFault;

    static_assert(other<path_first>,
                  "alrao: save and load take the model first, the path of the file last: save(net, "
                  "\"net.safetensors\")");
    static_assert(
        other<optimizer_alone>,
        "alrao: an optimizer is saved and loaded together with its model, which is the first argument: "
        "save(net, optimizer, \"net.safetensors\")");
    static_assert(
        other<state_alone>,
        "alrao: a carried state is saved and loaded together with its model, which is the first argument: "
        "save(net, state, \"net.safetensors\")");
    static_assert(
        other<no_model>,
        "alrao: the first argument of save and load must be a model object: Net net{Seed{1}}; save(net, "
        "\"net.safetensors\")");
    static_assert(other<no_path>,
                  "alrao: the last argument of save and load is the path of a file: save(net, "
                  "\"net.safetensors\")");
    static_assert(other<rule>,
                  "alrao: a rule has no state that could be saved: construct an optimizer from it, "
                  "OneRateOptimizer optimizer{net, Adam{.rate = 1e-3}}, and use it in fit and save");
    static_assert(other<order>,
                  "alrao: save and load take the carried state before the optimizer: save(net, state, "
                  "optimizer, \"net.safetensors\")");
    static_assert(other<unknown>,
                  "alrao: between the model and the path, save and load take a CarriedState, an "
                  "optimizer, or both in this order: save(net, state, optimizer, \"net.safetensors\")");
    static_assert(other<optimizer_header>,
                  "alrao: saving and loading an optimizer requires another header: #include "
                  "<alrao/io/optimizer_state.hpp>");
    static_assert(other<state_header>,
                  "alrao: saving and loading a carried state requires another header: #include "
                  "<alrao/io/carried_state.hpp>");
    static_assert(other<other_network>,
                  "alrao: this optimizer, or carried state, belongs to another type of model than the first "
                  "argument");
    static_assert(other<const_given>, "alrao: load changes its arguments, and this argument is const");
    static_assert(other<temporary>,
                  "alrao: load changes its arguments, and this argument is a temporary object: use a "
                  "variable: Net net{Seed{1}}; load(net, \"net.safetensors\");");
};

}  // namespace io::detail
}  // namespace alrao
