#pragma once

// What ptb is asked for beyond other programs, the texts, and the networks, each of which is
// compiled apart: its vocabulary is a constant of its type.

#include <alrao/data/text.hpp>

#include "training.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace examples {

struct TextSettings : Settings {
    std::string units = "characters", load;
    std::size_t chunk = 70, test_streams = 10, sample = 0;
    double clip = 0.25;
};

/// The tokens of three texts as a network reads them; what a sample is spelt with.
struct TextStreams {
    data::Vocabulary vocabulary;
    std::optional<Streams> train{}, validation{}, test{};  // none: nothing is learned
};

/// A network for vocabularies of up to so many units. Those that a vocabulary does not have are
/// classes that never occur.
struct TextNetwork {
    std::size_t capacity, parameters;
    Result (*run)(const TextSettings&, const TextStreams&, std::uint64_t seed);
};

extern const TextNetwork characters_50, characters_256, words_10000;

}  // namespace examples
