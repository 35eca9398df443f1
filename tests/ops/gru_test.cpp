#include <alrao/ops/gru.hpp>

#include "recurrent_nets.hpp"
#include <doctest/doctest.h>

namespace ops_gru_test {

using namespace alrao;

TEST_CASE("chunks with carried state give the same bits as one long pass") {
    chunks_are_one_pass<Stacked<GRU<18>, GRU<7>>>();
}

TEST_CASE("a thousand chunks of training keep state and parameters finite") {
    a_thousand_chunks<Stacked<GRU<7>, LSTM<5>>>();
}

}  // namespace ops_gru_test
