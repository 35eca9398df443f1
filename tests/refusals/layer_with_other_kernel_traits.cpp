// expect-error: kernel_traits of a layer must be static
#include <alrao/alrao.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Mine {
    static constexpr std::string_view name = "Mine";
    static constexpr Facts facts(const Shape& input) { return Facts::same_shape(input); }
    static constexpr bool kernel_traits(const Shape&) { return true; }
    template <class T>
    static void forward(Context<T>&) {}
    template <class T>
    static void backward(Context<T>&) {}
};
#else
struct Mine {
    static constexpr std::string_view name = "Mine";
    static constexpr Facts facts(const Shape& input) { return Facts::same_shape(input); }
    static constexpr KernelTraits kernel_traits(const Shape&) { return {}; }
    template <class T>
    static void forward(Context<T>&) {}
    template <class T>
    static void backward(Context<T>&) {}
};
#endif

struct Net : Model<Input<2>, Mine, SoftmaxClassifier<2>> {
    using Model::Model;
};
void f(Net& net, const Dataset<float>& data) { fit(net, Adam{}, data); }
