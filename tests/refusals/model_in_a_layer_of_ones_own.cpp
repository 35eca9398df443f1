// `using Model::Model` and a variable of the model must not cause further errors.
// expect-error: a layer needs a public name
#include <alrao/layers/dense.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/model/model.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Mine {
    static constexpr Facts facts(const Shape& input) { return Facts::same_shape(input); }
};
#else
struct Mine {
    static constexpr std::string_view name = "Mine";
    static constexpr Facts facts(const Shape& input) { return Facts::same_shape(input); }
};
#endif

struct Net : Model<Input<2>, Mine, SoftmaxClassifier<2>> {
    using Model::Model;
};
int main() { Net net{Seed{1}}; }
