#include "ptb_run.hpp"

namespace examples {

constinit const TextNetwork words_10000 = text_network<10'000>;

}  // namespace examples
