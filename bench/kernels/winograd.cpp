// Compares 3x3 convolutions of the library by Winograd's method F(4x4, 3x3) with direct and Winograd
// convolutions of oneDNN, in float, batch 64.
//
//   taskset -c 0 ./bench_kernels_winograd      library and oneDNN with one thread each
//   ./bench_kernels_winograd 2                 library and oneDNN with two threads each
//   ./bench_kernels_winograd THREADS TURNS     number of turns, 9 by default
//
// The library reads and writes plain arrays: images with channels last, weights [3][3][in][out]. Its time
// includes the transform of the weights. Images of oneDNN are always in the layout that oneDNN chooses. The
// weights of oneDNN are reordered from [3][3][in][out] to the layout that it chooses, during the measurement
// ("reorder in call") or before it ("reorder before"). The gradient of the weights stays in that layout. The
// candidates are measured in turn. Times are medians of all turns. A ratio is the median of the ratios within
// a turn, the faster of oneDNN's two methods / library. GF/s are computed from the operations of a direct
// convolution.

#include <alrao/kernels/cblas.hpp>
#include <alrao/kernels/winograd/winograd.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/memory.hpp>
#include <alrao/tensor/philox.hpp>
#include <alrao/tensor/threads.hpp>

#include "../threads.hpp"
#include "../timing.hpp"

#ifdef ALRAO_BENCH_ONEDNN
#include <dnnl.hpp>
#endif

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <limits>
#include <optional>
#include <vector>

namespace {

using namespace alrao;
using namespace alrao::kernels;

struct Shape {
    std::size_t in, side, out;
};
constexpr Shape shapes[]{{64, 32, 64}, {128, 16, 128}, {64, 16, 128}, {256, 8, 256}, {512, 4, 512}};
constexpr std::size_t batch = 64;

enum class Pass { forward, backward_input, backward_weight };
constexpr Pass passes[]{Pass::forward, Pass::backward_input, Pass::backward_weight};
constexpr const char* names[]{"forward", "backward input", "backward weight"};

/// Returns the milliseconds of a call: the mean of three, after one that is not measured, which loads the
/// caches and wakes the threads.
double milliseconds(const std::function<void()>& call) {
    using Clock = std::chrono::steady_clock;
    constexpr int calls = 3;
    call();
    const auto start = Clock::now();
    for (int i = 0; i < calls; ++i) call();
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count() / calls;
}

class Ours {
public:
    using Backend = DefaultBackend;

    Ours(Shape s, Threads& threads)
        : shape_(convolution_shape(batch, s.side, s.side, s.in, s.out, window_of<Kernel<3>, Padding<1>>())),
          threads_(threads),
          x_(shape_.pixels() * s.in),
          y_(shape_.out_pixels() * s.out),
          weight_(shape_.weights()),
          dweight_(shape_.weights()),
          workspace_(winograd_workspace<Backend, float>(shape_, threads.count())) {
        Philox random(Seed{1}, Stream::initialization);
        for (auto* array : {&x_, &y_, &weight_})
            for (float& value : array->span()) value = static_cast<float>(random.uniform()) - 0.5F;
    }

    std::function<void()> call(Pass pass) {
        const Matrix<float> x{x_.data(), shape_.channels}, y{y_.data(), shape_.out_channels};
        switch (pass) {
        case Pass::forward:
            return [=, this] {
                winograd_forward<Backend, float>(shape_, x, weight_.data(), y, {}, workspace_.data(),
                                                 threads_);
            };
        case Pass::backward_input:
            return [=, this] {
                winograd_backward_input<Backend, float>(shape_, y, weight_.data(), x, workspace_.data(),
                                                        threads_);
            };
        default:
            return [=, this] {
                winograd_backward_weight<Backend, float>(shape_, x, y, dweight_.data(), nullptr,
                                                         workspace_.data(), threads_);
            };
        }
    }

private:
    ConvolutionShape shape_;
    Threads& threads_;
    AlignedBuffer<float> x_, y_, weight_, dweight_, workspace_;
};

#ifdef ALRAO_BENCH_ONEDNN

class Theirs {
public:
    Theirs(Shape s, dnnl::algorithm algorithm)
        : s_(s), algorithm_(algorithm), engine_(dnnl::engine::kind::cpu, 0), stream_(engine_) {}

    /// Returns a call of a pass, or nothing if oneDNN does not support it. With `packing`, the call reorders
    /// the weights first.
    std::optional<std::function<void()>> call(Pass pass, bool packing) {
        using namespace dnnl;
        const auto d = [](std::size_t n) { return static_cast<memory::dim>(n); };
        const auto any = [](const memory::dims& dims) {
            return memory::desc(dims, memory::data_type::f32, memory::format_tag::any);
        };
        const memory::dims one{1, 1};
        const auto x = any({d(batch), d(s_.in), d(s_.side), d(s_.side)});
        const auto y = any({d(batch), d(s_.out), d(s_.side), d(s_.side)});
        const auto w = any({d(s_.out), d(s_.in), 3, 3});
        const memory::desc plain({d(s_.out), d(s_.in), 3, 3}, memory::data_type::f32,
                                 memory::format_tag::hwio);
        try {
            const convolution_forward::primitive_desc forward(
                {prop_kind::forward_training, algorithm_, x, w, y, one, one, one}, engine_);
            switch (pass) {
            case Pass::forward:
                return run(convolution_forward(forward),
                           {{DNNL_ARG_SRC, forward.src_desc()}, {DNNL_ARG_DST, forward.dst_desc()}},
                           forward.weights_desc(), plain, packing);
            case Pass::backward_input: {
                const convolution_backward_data::primitive_desc backward({algorithm_, x, w, y, one, one, one},
                                                                         engine_, forward);
                return run(convolution_backward_data(backward),
                           {{DNNL_ARG_DIFF_SRC, backward.diff_src_desc()},
                            {DNNL_ARG_DIFF_DST, backward.diff_dst_desc()}},
                           backward.weights_desc(), plain, packing);
            }
            default: {
                const convolution_backward_weights::primitive_desc backward(
                    {algorithm_, x, w, y, one, one, one}, engine_, forward);
                return run(convolution_backward_weights(backward),
                           {{DNNL_ARG_SRC, backward.src_desc()},
                            {DNNL_ARG_DIFF_DST, backward.diff_dst_desc()},
                            {DNNL_ARG_DIFF_WEIGHTS, backward.diff_weights_desc()}},
                           {}, plain, false);
            }
            }
        } catch (const dnnl::error&) {
            return std::nullopt;
        }
    }

private:
    dnnl::memory filled(const dnnl::memory::desc& description) {
        dnnl::memory memory(description, engine_);
        auto* const data = static_cast<float*>(memory.get_data_handle());
        for (std::size_t i = 0; i < description.get_size() / sizeof(float); ++i)
            data[i] = static_cast<float>(i % 1013) / 1013 - 0.5F;
        return memory;
    }

    std::function<void()> run(const dnnl::primitive& primitive,
                              const std::vector<std::pair<int, dnnl::memory::desc>>& arguments,
                              const dnnl::memory::desc& packed, const dnnl::memory::desc& plain,
                              bool packing) {
        std::unordered_map<int, dnnl::memory> memories;
        for (const auto& [name, description] : arguments) memories.emplace(name, filled(description));
        if (packed.get_size() == 0) {
            return [=, this] {
                primitive.execute(stream_, memories);
                stream_.wait();
            };
        }
        dnnl::memory from = filled(plain), to(packed, engine_);
        const dnnl::reorder reorder(from, to);
        reorder.execute(stream_, from, to);
        stream_.wait();
        memories.emplace(DNNL_ARG_WEIGHTS, to);
        return [=, this]() mutable {
            if (packing) reorder.execute(stream_, from, to);
            primitive.execute(stream_, memories);
            stream_.wait();
        };
    }

    Shape s_;
    dnnl::algorithm algorithm_;
    dnnl::engine engine_;
    dnnl::stream stream_;
};

#endif

void print(Shape s, Pass pass, Threads& threads, int turns) {
    Ours ours(s, threads);
    std::vector<std::function<void()>> calls{ours.call(pass)};
    std::vector<std::vector<double>> times(1);
#ifdef ALRAO_BENCH_ONEDNN
    Theirs direct(s, dnnl::algorithm::convolution_direct);
    Theirs winograd(s, dnnl::algorithm::convolution_winograd);
    // Indices in `calls` of four calls of oneDNN: direct and Winograd with reordering in the call, then direct and
    // Winograd with reordering before it. An index is 0 if oneDNN does not support the method.
    std::vector<std::size_t> place;
    for (const bool packing : {true, false}) {
        for (Theirs* each : {&direct, &winograd}) {
            const auto call = each->call(pass, packing);
            place.push_back(call ? calls.size() : 0);
            if (call) calls.push_back(*call);
        }
    }
    times.resize(calls.size());
#endif
    for (int turn = -1; turn < turns; ++turn) {
        for (std::size_t i = 0; i < calls.size(); ++i) {
            bench::let_threads_sleep(threads.count());
            const double time = milliseconds(calls[i]);
            if (turn >= 0) times[i].push_back(time);
        }
    }
    const double flops = 2.0 * 9 * static_cast<double>(s.in * s.out * s.side * s.side * batch);
    const double own = bench::median(times[0]);
    std::printf("%4zu %3zux%-3zu %4zu  %-15s %7.2f %5.0f", s.in, s.side, s.side, s.out,
                names[static_cast<std::size_t>(pass)], own, flops / own * 1e-6);
#ifdef ALRAO_BENCH_ONEDNN
    const auto best = [&](std::size_t first) {
        std::vector<double> ratios;
        for (std::size_t turn = 0; turn < times[0].size(); ++turn) {
            double fastest = std::numeric_limits<double>::infinity();
            for (std::size_t i = first; i < first + 2; ++i)
                if (place[i] != 0) fastest = std::min(fastest, times[place[i]][turn]);
            ratios.push_back(fastest / times[0][turn]);
        }
        return bench::median(ratios);
    };
    const auto figure = [&](std::size_t i) {
        if (place[i] == 0) {
            std::printf("        -");
        } else {
            std::printf("  %7.2f", bench::median(times[place[i]]));
        }
    };
    figure(0), figure(1);
    std::printf("  %5.2fx |", best(0));
    figure(2), figure(3);
    std::printf("  %5.2fx", best(2));
#endif
    std::printf("\n");
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    const int count = argc > 1 ? std::atoi(argv[1]) : 1;
    const int turns = argc > 2 ? std::atoi(argv[2]) : 9;
    if (count < 1 || turns < 1) {
        std::fprintf(stderr, "usage: %s [threads [turns]]\n", argv[0]);
        return 2;
    }
    bench::give_threads(argv, count);
    Threads threads(count);
    const auto info = build_info<Ours::Backend>();
    std::printf("alrao        %.*s, %.*s, %.*s\ncompiler     %.*s\nthreads      %d\n",
                static_cast<int>(info.version.size()), info.version.data(),
                static_cast<int>(info.backend.size()), info.backend.data(),
                static_cast<int>(info.instruction_set.size()), info.instruction_set.data(),
                static_cast<int>(info.compiler.size()), info.compiler.data(), count);
#ifdef ALRAO_BENCH_ONEDNN
    const dnnl_version_t* const v = dnnl_version();
    std::printf("oneDNN       %d.%d.%d, %d thread(s)\n", v->major, v->minor, v->patch,
                bench::openmp_threads());
    std::printf("\n%43s oneDNN, reorder in call    | reorder before\n", "");
    std::printf(
        "  in  image   out  pass               ms  GF/s   direct Winograd   ratio |   "
        "direct Winograd   ratio\n");
#else
    std::printf("\n  in  image   out  pass               ms  GF/s\n");
#endif
    for (const Shape s : shapes)
        for (const Pass pass : passes) print(s, pass, threads, turns);
}
