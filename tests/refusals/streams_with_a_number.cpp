// expect-error: after the tokens Streams takes its options, in braces
#include <alrao/train/streams.hpp>

using namespace alrao;

#ifdef MUST_FAIL
void f(const std::vector<std::int32_t>& tokens) { Streams streams(tokens, 5); }
#else
void f(const std::vector<std::int32_t>& tokens) { Streams streams(tokens, {.streams = 5}); }
#endif
