#pragma once

#include <alrao/tensor/fail.hpp>

#include <string>

/// Returns the message of the ArgumentError that f throws, or an empty string if it does not throw.
template <class F>
std::string error_of(F&& f) {
    try {
        f();
    } catch (const alrao::ArgumentError& error) {
        return error.what();
    }
    return {};
}
