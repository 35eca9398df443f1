// expect-error: tokens must be contiguous std::int32_t
#include <alrao/train/streams.hpp>

using namespace alrao;

#ifdef MUST_FAIL
using Token = std::int64_t;
#else
using Token = std::int32_t;
#endif

void f(const std::vector<Token>& tokens) { Streams streams(tokens); }
