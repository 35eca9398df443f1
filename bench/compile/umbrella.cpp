// The umbrella header alone.
#include <alrao/alrao.hpp>
