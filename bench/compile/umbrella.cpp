// The umbrella header without any use.
#include <alrao/alrao.hpp>
