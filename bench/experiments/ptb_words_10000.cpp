#include "ptb_run.hpp"

namespace experiments {

constinit const TextNetwork words_10000 = text_network<10'000>;

}  // namespace experiments
