// The umbrella alone.
#include <alrao/alrao.hpp>
