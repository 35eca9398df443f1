// expect-error: an update rule must have .double bound
// type: Network
#include <alrao/layers/activation.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/learn/alrao_optimizer.hpp>

using namespace alrao;

struct Net : Model<Input<2>, Dense<4>, ReLU, AveragedHead<SoftmaxClassifier<2>, 3>> {
    using Model::Model;
};

#ifdef MUST_FAIL
struct Mine {
    static constexpr std::string_view name = "Mine";
    void validate() const {}
    static constexpr std::size_t states() { return 1; }
    template <class T, class F>
    decltype(auto) with_step(const rule::Moment&, F&& f) const {
        return f(kernels::MomentumStep<T>{T(0.9), false, {}});
    }
};
#else
struct Mine {
    static constexpr std::string_view name = "Mine";
    void validate() const {}
    static constexpr std::size_t states() { return 1; }
    double bound(const rule::Moment&, const rule::Extremes&) const { return 1; }
    template <class T, class F>
    decltype(auto) with_step(const rule::Moment&, F&& f) const {
        return f(kernels::MomentumStep<T>{T(0.9), false, {}});
    }
};
#endif

void f(Net& net) { AlraoOptimizer<Net, Mine> optimizer{net, LogUniform{1e-5, 10}, Seed{2}}; }
