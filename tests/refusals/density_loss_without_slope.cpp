// expect-error: DensityLoss<Head, Copies> needs standardizes_targets == false
// type: Network
#include <alrao/alrao.hpp>

using namespace alrao;

struct Mine {
    static constexpr std::string_view name = "Mine";
    static constexpr std::size_t outputs = 1;
    static constexpr bool standardizes_targets = false;
    static constexpr Task task = Task::regression;
    static constexpr Facts facts(const Shape& input) { return layers::head_facts(input, 1, outputs, false); }
    static double log_density(double m, double y) { return -(y - m) * (y - m); }
#ifdef MUST_FAIL
#else
    static double slope(double m, double y) { return 2 * (m - y); }
#endif
    template <std::size_t Copies>
    using Loss = DensityLoss<Mine, Copies>;
};

struct Net : Model<Input<2>, AveragedHead<Mine, 3>> {
    using Model::Model;
};
void f(Net& net, const Dataset<float>& data) { fit(net, Adam{}, data); }
