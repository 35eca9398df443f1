#pragma once

#include <alrao/tensor/fail.hpp>

#include <string>

/// What the `ArgumentError` says that f throws; nothing where it throws none.
template <class F>
std::string error_of(F&& f) {
    try {
        f();
    } catch (const alrao::ArgumentError& error) {
        return error.what();
    }
    return {};
}
