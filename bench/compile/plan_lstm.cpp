// The plan of the recurrent network of the Alrao paper.
#include "../../tests/graph/nets/lstm.hpp"

static_assert(nets::CharacterLSTM<>::parameter_count == 171'650);
static_assert(nets::CharacterLSTM<>::training_elements(32) > 0);
