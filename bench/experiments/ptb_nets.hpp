#pragma once

// The settings of ptb, its texts, and its networks. Each network is compiled in a translation unit of its own: the size of
// its vocabulary is a constant of its type.

#include <alrao/data/text.hpp>

#include "training.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace experiments {

struct TextSettings : Settings {
    std::string units = "characters", load;
    std::size_t chunk = 70, test_streams = 10, sample = 0;
    double clip = 0.25;
};

/// The tokens of three texts as streams, and the vocabulary they were made with.
struct TextStreams {
    data::Vocabulary vocabulary;
    std::optional<Streams> train{}, validation{}, test{};  // empty: no training
};

/// A network for vocabularies of up to `capacity` units. With a smaller vocabulary the remaining classes never occur.
struct TextNetwork {
    std::size_t capacity, parameters;
    Result (*run)(const TextSettings&, const TextStreams&, std::uint64_t seed);
};

extern const TextNetwork characters_50, characters_256, words_10000;

}  // namespace experiments
