// expect-error: class weights must be a std::vector of the type
#include <alrao/train/dataset.hpp>

using namespace alrao;

#ifdef MUST_FAIL
void f(const Dataset<float>& data, const std::vector<double>& weights) { data.with_class_weights(weights); }
#else
void f(const Dataset<float>& data, const std::vector<double>& weights) {
    static_cast<void>(data.with_class_weights({weights.begin(), weights.end()}));
}
#endif
