#pragma once

#include <alrao/graph/network.hpp>
#include <alrao/layers/dropout.hpp>
#include <alrao/layers/embedding.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/layers/lstm.hpp>

/// The recurrent network of the Alrao paper for characters: an alphabet of 50, one embedding, two
/// layers of 100 units, dropout between all of them (arXiv 1810.01322, section 4). 171,650 parameters.
namespace nets {
using namespace alrao;

template <class Head = SoftmaxClassifier<50>>
struct CharacterLSTM : Network<Tokens, Embedding<50, 100>, Dropout<Percent<20>>, LSTM<100>,
                               Dropout<Percent<20>>, LSTM<100>, Dropout<Percent<20>>, Head> {};

}  // namespace nets
