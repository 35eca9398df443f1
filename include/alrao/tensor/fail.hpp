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
/// Root of every exception that the library throws.
struct Error : std::runtime_error {
    using std::runtime_error::runtime_error;
};
#else
/// Root of every failure. Without exceptions a failure aborts the program; the types keep their names.
struct Error {
    explicit Error(std::string what) : what_(std::move(what)) {}
    [[nodiscard]] const char* what() const noexcept { return what_.c_str(); }

private:
    std::string what_;
};
#endif

/// A caller's value that cannot be used: what was given, where, and what is needed.
struct ArgumentError : Error {
    using Error::Error;
};

/// The one door through which floors 0 to 6 raise: throws `Failure`, or aborts where exceptions are off.
template <class Failure, class... Details>
[[noreturn, gnu::cold]] void fail([[maybe_unused]] Details&&... details) {
#if defined(__cpp_exceptions)
    throw Failure(std::forward<Details>(details)...);
#else
    std::abort();
#endif
}

/// ArgumentError: `fail({"a batch of ", count, " samples"})`, or `fail("no samples")`.
[[noreturn, gnu::cold, gnu::noinline]] inline void fail(std::initializer_list<Piece> message) {
    fail<ArgumentError>(message_of(message));
}
[[noreturn, gnu::cold]] inline void fail(const char* message) { fail({Piece(message)}); }

}  // namespace alrao
