// expect-error: check_layer: a layer has a public .static constexpr std::string_view name
#include <alrao/check.hpp>

using namespace alrao;

struct Mine {
#ifdef MUST_FAIL
#else
    static constexpr std::string_view name = "Mine";
#endif
    static constexpr Facts facts(const Shape& input) { return Facts::same_shape(input); }
    template <class T>
    static void forward(Context<T>&) {}
    template <class T>
    static void backward(Context<T>&) {}
};

bool f() { return static_cast<bool>(check_layer<Mine>(features(3))); }
