#pragma once

#include <alrao/tensor/number_text.hpp>

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

namespace alrao {

/// A part of an error message: a text or a number. It refers to the text, which must outlive it. Callers
/// pass a list of these plain values, so that no code for building strings is inlined into them.
class Piece {
public:
    constexpr Piece(const char* text) : Piece(std::string_view(text)) {}
    constexpr Piece(std::string_view text) : kind_(Kind::text), text_(text) {}
    Piece(const std::string& text) : Piece(std::string_view(text)) {}
    constexpr Piece(std::signed_integral auto number) : kind_(Kind::integer), integer_(number) {}
    constexpr Piece(std::unsigned_integral auto number) : kind_(Kind::natural), natural_(number) {}
    constexpr Piece(std::floating_point auto number)
        : kind_(Kind::real), real_(static_cast<double>(number)) {}

    /// Appends the text, or the number as std::to_string (integers) or number_text (reals) writes it.
    [[gnu::cold]] void append_to(std::string& message) const {
        switch (kind_) {
        case Kind::text: message.append(text_); return;
        case Kind::integer: message.append(std::to_string(integer_)); return;
        case Kind::natural: message.append(std::to_string(natural_)); return;
        case Kind::real: message.append(number_text(real_)); return;
        }
    }

private:
    enum class Kind : unsigned char { text, integer, natural, real };

    Kind kind_;
    union {
        std::string_view text_;
        long long integer_;
        unsigned long long natural_;
        double real_;
    };
};

/// The concatenation of all pieces.
[[nodiscard, gnu::cold]] inline std::string message_of(std::initializer_list<Piece> pieces) {
    std::string message;
    for (const Piece& piece : pieces) piece.append_to(message);
    return message;
}

}  // namespace alrao
