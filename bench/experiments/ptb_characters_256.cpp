#include "ptb_run.hpp"

namespace experiments {

constinit const TextNetwork characters_256 = text_network<256>;

}  // namespace experiments
