#pragma once

#include <alrao/tensor/message.hpp>

#include <initializer_list>
#include <string>
#include <utility>
#if defined(__cpp_exceptions)
#include <stdexcept>
#else
#include <cstdlib>
#endif

namespace alrao {

#if defined(__cpp_exceptions)
/// Base class of every exception that the library throws.
struct Error : std::runtime_error {
    using std::runtime_error::runtime_error;
};
#else
/// Base class of all errors in a build without exceptions, where an error aborts the program.
struct Error {
    explicit Error(std::string what) : what_(std::move(what)) {}
    [[nodiscard]] const char* what() const noexcept { return what_.c_str(); }

private:
    std::string what_;
};
#endif

/// An argument that cannot be used. The message says where, what was given and what is needed.
struct ArgumentError : Error {
    using Error::Error;
};

/// Throws `Failure` constructed from `details`; aborts the program in a build without exceptions. Code in
/// the lower floors throws only through this function, so that it also compiles with -fno-exceptions.
template <class Failure, class... Details>
[[noreturn, gnu::cold]] void fail([[maybe_unused]] Details&&... details) {
#if defined(__cpp_exceptions)
    throw Failure(std::forward<Details>(details)...);
#else
    std::abort();
#endif
}

/// Throws an ArgumentError whose message is built from pieces: `fail({"a batch of ", count, " samples"})`
/// or `fail("no samples")`.
[[noreturn, gnu::cold, gnu::noinline]] inline void fail(std::initializer_list<Piece> message) {
    fail<ArgumentError>(message_of(message));
}
[[noreturn, gnu::cold]] inline void fail(const char* message) { fail({Piece(message)}); }

}  // namespace alrao
