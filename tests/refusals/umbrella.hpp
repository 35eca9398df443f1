#include <alrao/alrao.hpp>
