// Compares LSTM layers of the library, forward and backward, with those of oneDNN, if compiled with
// ALRAO_BENCH_ONEDNN. A batch has 20 samples of 70 time steps; the number of inputs equals that of units.
//
//   taskset -c 0 ./bench_kernels_lstm        library and oneDNN with one thread each
//   ./bench_kernels_lstm 2                   library and oneDNN with two threads each
//
// oneDNN chooses the layout of its weights (format_tag::any), and the weights are in this layout before the
// measurement. oneDNN adds gradients to existing sums; the sums are not set to 0 before a call. The
// candidates are measured in turn. Times are medians of all turns, and a ratio is the median of the ratios
// oneDNN / library within a turn.

#include <alrao/kernels/recurrence/lstm.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/memory.hpp>
#include <alrao/tensor/philox.hpp>
#include <alrao/tensor/threads.hpp>

#include "../threads.hpp"

#ifdef ALRAO_BENCH_ONEDNN
#include <dnnl.hpp>
#endif

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace {

using namespace alrao;
using namespace alrao::kernels;
using Backend = OwnTiles<>;

constexpr std::size_t steps = 70, batch = 20;

double milliseconds() {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

struct Candidate {
    std::function<void()> forward, backward;
};

/// An LSTM layer of the library with its memory.
class Own {
public:
    Own(std::size_t hidden, Threads& threads)
        : extent_{steps, batch, hidden, hidden},
          threads_(threads),
          x_(extent_.rows() * hidden),
          y_(x_.size()),
          dy_(x_.size()),
          dx_(x_.size()),
          weights_(2 * hidden * 4 * hidden + 8 * hidden),
          gradients_(weights_.size()),
          magnitudes_(5 * hidden),
          kept_(6 * x_.size()),
          dgates_(4 * x_.size()),
          states_(batch * 5 * hidden),
          panels_(StepProduct<Backend, float>::panel_elements({4 * hidden, hidden, 1}) + 64 * hidden),
          workspace_(kernels::detail::recurrence_workspace<Backend, float>(extent_.rows(), hidden, hidden, 4,
                                                                           threads.count())) {
        Philox random(Seed{1}, 0);
        for (auto* numbers : {&x_, &dy_, &weights_})
            for (float& number : numbers->span()) number = 0.05F * static_cast<float>(random.normal());
    }
    void forward() {
        const std::size_t h = extent_.hidden;
        lstm_forward<Backend, float>(extent_, {x_.data(), h}, split<const float>(weights_),
                                     {state(0).state, state(0).cell}, {kept_.data(), cell(), squashed()},
                                     Matrix<float>{y_.data(), h}, LstmState<float>{state(2 * batch * h)},
                                     magnitudes_.data(), panels_.data(), workspace_.data(), threads_);
    }
    void backward() {
        const std::size_t h = extent_.hidden;
        float* const m = magnitudes_.data() + h;
        lstm_gate_gradients<Backend, float>(extent_, split<const float>(weights_).recurrent_weight,
                                            {states_.data() + h, 2 * h}, {kept_.data(), cell(), squashed()},
                                            {dy_.data(), h}, dgates_.data(), states_.data() + 4 * batch * h,
                                            panels_.data(), workspace_.data(), threads_);
        lstm_parameter_gradients<Backend, float>(extent_, {x_.data(), h}, {states_.data(), 2 * h},
                                                 {y_.data(), h}, dgates_.data(), split<const float>(weights_),
                                                 split<float>(gradients_), {m, m + h, m + 2 * h, m + 3 * h},
                                                 panels_.data(), workspace_.data(), threads_);
        gemm_nt<Backend, float>(extent_.rows(), h, 4 * h, {dgates_.data(), 4 * h}, {weights_.data(), 4 * h},
                                Matrix<float>{dx_.data(), h}, {}, workspace_.data(), threads_);
    }

private:
    template <class T>
    RecurrentParameters<T> split(AlignedBuffer<float>& numbers) const {
        const std::size_t h = extent_.hidden;
        T* const first = numbers.data();
        return {first, first + 4 * h * h, first + 8 * h * h, first + 8 * h * h + 4 * h};
    }
    LstmState<float> state(std::size_t from) {
        const std::size_t h = extent_.hidden;
        return {{states_.data() + from, 2 * h}, {states_.data() + from + h, 2 * h}};
    }
    float* cell() { return kept_.data() + 4 * x_.size(); }
    float* squashed() { return kept_.data() + 5 * x_.size(); }

    Recurrence extent_;
    Threads& threads_;
    AlignedBuffer<float> x_, y_, dy_, dx_, weights_, gradients_, magnitudes_, kept_, dgates_, states_,
        panels_, workspace_;
};

#ifdef ALRAO_BENCH_ONEDNN

Candidate peer(long hidden) {
    using namespace dnnl;
    using Tag = memory::format_tag;
    using Type = memory::data_type;
    const engine cpu(engine::kind::cpu, 0);
    auto queue = std::make_shared<stream>(cpu);
    const auto describe = [](memory::dims extents, Tag tag) { return memory::desc(extents, Type::f32, tag); };
    const memory::dims sequence{steps, batch, hidden}, state{1, 1, batch, hidden},
        weights{1, 1, hidden, 4, hidden}, bias{1, 1, 4, hidden};
    const auto src = describe(sequence, Tag::tnc), any = describe(weights, Tag::any),
               one_state = describe(state, Tag::ldnc), one_bias = describe(bias, Tag::ldgo);
    const auto direction = rnn_direction::unidirectional_left2right;
    const lstm_forward::primitive_desc forward({prop_kind::forward_training, direction, src, one_state,
                                                one_state, any, any, one_bias, src, one_state, one_state},
                                               cpu);
    const lstm_backward::primitive_desc backward(
        {prop_kind::backward, direction, src, one_state, one_state, any, any, one_bias, src,
         one_state,           one_state, src, one_state, one_state, any, any, one_bias, src,
         one_state,           one_state},
        cpu, forward);
    const auto make = [&](const memory::desc& d) {
        memory m(d, cpu);
        auto* const numbers = static_cast<float*>(m.get_data_handle());
        Philox random(Seed{1}, 0);
        for (std::size_t i = 0; i < d.get_size() / 4; ++i)
            numbers[i] = 0.05F * static_cast<float>(random.normal());
        return m;
    };
    using Arguments = std::unordered_map<int, memory>;
    Arguments in{
        {DNNL_ARG_SRC_LAYER, make(src)},        {DNNL_ARG_SRC_ITER, make(one_state)},
        {DNNL_ARG_SRC_ITER_C, make(one_state)}, {DNNL_ARG_BIAS, make(one_bias)},
        {DNNL_ARG_DST_LAYER, make(src)},        {DNNL_ARG_DST_ITER, make(one_state)},
        {DNNL_ARG_DST_ITER_C, make(one_state)}, {DNNL_ARG_WORKSPACE, memory(forward.workspace_desc(), cpu)}};
    Arguments ahead = in, back = in;
    ahead[DNNL_ARG_WEIGHTS_LAYER] = make(forward.weights_layer_desc());
    ahead[DNNL_ARG_WEIGHTS_ITER] = make(forward.weights_iter_desc());
    back[DNNL_ARG_WEIGHTS_LAYER] = make(backward.weights_layer_desc());
    back[DNNL_ARG_WEIGHTS_ITER] = make(backward.weights_iter_desc());
    back[DNNL_ARG_DIFF_SRC_LAYER] = make(src);
    back[DNNL_ARG_DIFF_SRC_ITER] = make(one_state);
    back[DNNL_ARG_DIFF_SRC_ITER_C] = make(one_state);
    back[DNNL_ARG_DIFF_WEIGHTS_LAYER] = make(backward.diff_weights_layer_desc());
    back[DNNL_ARG_DIFF_WEIGHTS_ITER] = make(backward.diff_weights_iter_desc());
    back[DNNL_ARG_DIFF_BIAS] = make(one_bias);
    back[DNNL_ARG_DIFF_DST_LAYER] = make(src);
    back[DNNL_ARG_DIFF_DST_ITER] = make(one_state);
    back[DNNL_ARG_DIFF_DST_ITER_C] = make(one_state);
    const dnnl::lstm_forward forward_pass(forward);
    const dnnl::lstm_backward backward_pass(backward);
    return {[=] { forward_pass.execute(*queue, ahead), queue->wait(); },
            [=] { backward_pass.execute(*queue, back), queue->wait(); }};
}

#endif

/// Measures both calls in turn and prints their median milliseconds and the ratio.
void compare(const char* what, std::size_t hidden, int threads, const std::function<void()>& own,
             const std::function<void()>& other) {
    std::vector<double> ours, theirs, ratios;
    const double end = milliseconds() + 4000;
    for (int turn = 0; turn < 5 || milliseconds() < end; ++turn) {
        const auto time = [&](const std::function<void()>& call) {
            bench::let_threads_sleep(threads);
            const double start = milliseconds();
            call();
            return milliseconds() - start;
        };
        const double a = time(own), b = other ? time(other) : 0;
        if (turn < 2) continue;
        ours.push_back(a);
        theirs.push_back(b);
        ratios.push_back(b / a);
    }
    const double gates = 8.0 * static_cast<double>(steps * batch * hidden) * static_cast<double>(2 * hidden);
    const double work = gates * (std::string(what) == "forward" ? 1 : 2);
    std::printf("LSTM %zu %-9s own %8.3f ms %6.1f GFLOP/s   oneDNN %8.3f ms   ratio %.3f\n", hidden, what,
                median(ours), work / median(ours) * 1e-6, median(theirs), median(ratios));
}

}  // namespace

int main(int count, char** arguments) {
    const int team = count > 1 ? std::max(1, std::atoi(arguments[1])) : 1;
    bench::give_threads(arguments, team);
    Threads threads(team);
    std::printf("%s, %d thread(s), oneDNN %d\n", std::string(build_info().instruction_set).c_str(), team,
                bench::openmp_threads());
    for (const std::size_t hidden : {200U, 650U}) {
        Own own(hidden, threads);
        Candidate other;
#ifdef ALRAO_BENCH_ONEDNN
        other = peer(static_cast<long>(hidden));
#endif
        compare(
            "forward", hidden, team, [&] { own.forward(); }, other.forward);
        compare(
            "backward", hidden, team, [&] { own.backward(); }, other.backward);
    }
}
