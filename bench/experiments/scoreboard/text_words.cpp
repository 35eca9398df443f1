#include "problems.hpp"
#include "text.hpp"

namespace scoreboard {

// Named: g++ 12 could merge networks of equal names in unnamed namespaces of several files.
namespace of_text_words {

template <std::size_t Width, bool Norm, class Head>
struct Net : Model<Tokens, Embedding<2000, 64>, LSTM<64 * Width>, Head> {
    using Net::Model::Model;
};

}  // namespace of_text_words

using namespace of_text_words;

Outcome text_words(const Run& run) {
    return run_text<Net, 2000>(run,
                               {.units = data::TextUnit::words, .streams = 16, .chunk = 20, .steps = 300});
}

}  // namespace scoreboard
