// expect-error: would outlive these temporary tokens
#include <alrao/train/streams.hpp>

using namespace alrao;

std::vector<std::int32_t> read();

#ifdef MUST_FAIL
void f() { Streams streams(read()); }
#else
void f() {
    const std::vector<std::int32_t> tokens = read();
    Streams streams(tokens);
}
#endif
