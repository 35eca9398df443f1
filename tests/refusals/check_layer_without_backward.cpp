// expect-error: check_layer: a layer has public functions .template <class T> static void forward
#include <alrao/check.hpp>

using namespace alrao;

struct Mine {
    static constexpr std::string_view name = "Mine";
    static constexpr Facts facts(const Shape& input) { return Facts::same_shape(input); }
    template <class T>
    static void forward(Context<T>&) {}
#ifdef MUST_FAIL
#else
    template <class T>
    static void backward(Context<T>&) {}
#endif
};

bool f() { return static_cast<bool>(check_layer<Mine>(features(3))); }
