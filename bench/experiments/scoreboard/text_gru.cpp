#include "problems.hpp"
#include "text.hpp"

namespace scoreboard {

// Named: g++ 12 could merge networks of equal names in unnamed namespaces of several files.
namespace of_text_gru {

template <std::size_t Width, bool Norm, class Head>
struct Net : Model<Tokens, Embedding<50, 100>, GRU<100 * Width>, Head> {
    using Net::Model::Model;
};

}  // namespace of_text_gru

using namespace of_text_gru;

Outcome text_gru(const Run& run) {
    return run_text<Net, 50>(run,
                             {.units = data::TextUnit::characters, .streams = 16, .chunk = 40, .steps = 400});
}

}  // namespace scoreboard
