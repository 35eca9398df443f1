#include "ptb_run.hpp"

namespace examples {

constinit const TextNetwork characters_256 = text_network<256>;

}  // namespace examples
