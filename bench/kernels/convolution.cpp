// Compares convolutions of the library with those of oneDNN, if compiled with ALRAO_BENCH_ONEDNN.
//
//   taskset -c 0 ./bench_kernels_convolution LIST        library and oneDNN with one thread each
//   ./bench_kernels_convolution LIST 2                   library and oneDNN with two threads each
//
// LIST is 3x3, 1x1, depthwise or other. Candidates:
//
//   exact    the library, back end Exact (direct sums, no transforms)
//   own      the library, with the method it chooses, for example Winograd
//   direct   oneDNN, direct, in a layout that oneDNN chooses (format_tag::any); images and weights are in this
//            layout before the measurement
//   wino     oneDNN, Winograd, also in a layout that oneDNN chooses
//   nhwc     oneDNN, direct, images with channels last, as in the library
//
// The candidates are measured in turn. Times are medians of all turns. The last columns are medians of ratios
// within a turn: "/gemm", GFLOP/s of exact / GFLOP/s of a matrix product of 1,024 by 1,024 by 1,024; "exact"
// and "own", time of oneDNN / time of the candidate of this name. The time of oneDNN is that of its fastest
// candidate (for depthwise convolutions, that of nhwc). The last lines are the geometric means of these ratios
// for each pass. For all methods, GFLOP/s are computed from the operations of a direct convolution, 2 x output
// pixels x weights.

#include <alrao/kernels/convolution/convolution.hpp>
#include <alrao/kernels/gemm/gemm.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/memory.hpp>
#include <alrao/tensor/threads.hpp>

#include "../threads.hpp"

#ifdef ALRAO_BENCH_ONEDNN
#include <dnnl.hpp>
#endif

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace alrao;
using namespace alrao::kernels;
using Call = std::function<void()>;
using Backend = OwnTiles<>;

double seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

template <class... Options>
ConvolutionShape image(std::size_t channels, std::size_t size, std::size_t out) {
    return convolution_shape(64, size, size, channels, out, window_of<Options...>());
}

std::vector<ConvolutionShape> shapes(std::string_view list) {
    if (list == "3x3") {
        using Padded = Padding<1>;
        return {image<Kernel<3>, Padded>(64, 32, 64), image<Kernel<3>, Padded>(128, 16, 128),
                image<Kernel<3>, Padded>(64, 16, 128), image<Kernel<3>, Padded>(256, 8, 256),
                image<Kernel<3>, Padded>(512, 4, 512)};
    }
    if (list == "1x1") {
        return {image<Kernel<1>>(96, 16, 32), image<Kernel<1>>(32, 16, 192), image<Kernel<1>>(192, 16, 32),
                image<Kernel<1>>(64, 8, 384)};
    }
    if (list == "depthwise") {
        return {image<Kernel<3>, Padding<1>, Groups<96>>(96, 32, 96),
                image<Kernel<3>, Padding<1>, Groups<144>>(144, 32, 144),
                image<Kernel<3>, Padding<1>, Groups<192>>(192, 16, 192),
                image<Kernel<3>, Padding<1>, Groups<384>>(384, 8, 384),
                image<Kernel<3>, Padding<1>, Stride<2>, Groups<144>>(144, 32, 144)};
    }
    return {image<Kernel<3>, Padding<1>>(3, 32, 64),
            image<Kernel<3>, Padding<1>, Stride<2>>(64, 32, 128),
            image<Kernel<1>, Stride<2>>(64, 32, 128),
            image<Kernel<3>, Padding<1>>(512, 2, 512),
            image<Kernel<3>, Padding<1>, Groups<32>>(128, 16, 128),
            image<Kernel<5>, Padding<2>>(32, 16, 64),
            image<Kernel<3>, Padding<2>, Dilation<2>>(64, 16, 64)};
}

enum class Pass { forward, backward_input, backward_weight };
constexpr std::array passes{Pass::forward, Pass::backward_input, Pass::backward_weight};
constexpr std::array pass_names{"fwd  ", "bwd_d", "bwd_w"};

struct Ours {
    ConvolutionShape s;
    Threads& threads;
    AlignedBuffer<float> x{s.pixels() * s.channels}, y{s.out_pixels() * s.out_channels}, w{s.weights()},
        dw{s.weights()}, workspace;

    Ours(const ConvolutionShape& shape, Threads& team) : s(shape), threads(team) {
        workspace =
            AlignedBuffer<float>(std::max(convolution_workspace<Backend, float>(s, team.count()),
                                          convolution_workspace<Exact<Backend>, float>(s, team.count())));
        for (AlignedBuffer<float>* b : {&x, &y, &w}) {
            for (std::size_t i = 0; i < b->size(); ++i) b->data()[i] = static_cast<float>(i % 17) / 17 - 0.5F;
        }
    }
    template <class B>
    void run(Pass pass) {
        const Matrix<float> mx{x.data(), s.channels}, my{y.data(), s.out_channels};
        switch (pass) {
        case Pass::forward:
            convolution_forward<B, float>(s, mx, w.data(), my, {}, workspace.data(), threads);
            break;
        case Pass::backward_input:
            convolution_backward_input<B, float>(s, my, w.data(), mx, workspace.data(), threads);
            break;
        case Pass::backward_weight:
            convolution_backward_weight<B, float>(s, mx, my, dw.data(), nullptr, workspace.data(), threads);
            break;
        }
    }
};

#ifdef ALRAO_BENCH_ONEDNN

/// Returns a call of a pass of oneDNN with images in the layout `tag`, or an empty function if oneDNN does
/// not support it.
Call onednn(const ConvolutionShape& s, Pass pass, dnnl::algorithm algorithm, dnnl::memory::format_tag tag) {
    using dnnl::memory;
    static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
    static dnnl::stream queue(cpu);
    const auto d = [](std::size_t n) { return static_cast<memory::dim>(n); };
    const auto any = memory::format_tag::any;
    const auto f32 = memory::data_type::f32;
    const memory::desc x({d(s.batch), d(s.channels), d(s.height), d(s.width)}, f32, tag);
    const memory::desc y({d(s.batch), d(s.out_channels), d(s.out_height), d(s.out_width)}, f32, tag);
    const Window& win = s.window;
    const memory::desc w =
        win.groups == 1 ? memory::desc({d(s.out_channels), d(s.channels), d(win.vertical.kernel),
                                        d(win.horizontal.kernel)},
                                       f32, any)
                        : memory::desc({d(win.groups), d(s.group_out_channels()), d(s.group_channels()),
                                        d(win.vertical.kernel), d(win.horizontal.kernel)},
                                       f32, any);
    const memory::dims strides{d(win.vertical.stride), d(win.horizontal.stride)};
    const auto padding_after = [&](const WindowAxis& a, std::size_t in, std::size_t out) {
        return d((out - 1) * a.stride + a.reach()) - d(in) - d(a.padding);
    };
    const memory::dims dilation{d(win.vertical.dilation) - 1, d(win.horizontal.dilation) - 1};
    const memory::dims before{d(win.vertical.padding), d(win.horizontal.padding)};
    const memory::dims after{padding_after(win.vertical, s.height, s.out_height),
                             padding_after(win.horizontal, s.width, s.out_width)};
    const auto filled = [&](const memory::desc& about) {
        memory m(about, cpu);
        auto* const p = static_cast<float*>(m.get_data_handle());
        std::fill_n(p, about.get_size() / sizeof(float), 0.25F);
        return m;
    };
    try {
        const dnnl::convolution_forward::primitive_desc forward(
            {dnnl::prop_kind::forward_training, algorithm, x, w, y, strides, dilation, before, after}, cpu);
        if (pass == Pass::forward) {
            const dnnl::convolution_forward primitive(forward);
            const memory mx = filled(forward.src_desc()), mw = filled(forward.weights_desc()),
                         my = filled(forward.dst_desc());
            return [=] {
                primitive.execute(queue, {{DNNL_ARG_SRC, mx}, {DNNL_ARG_WEIGHTS, mw}, {DNNL_ARG_DST, my}});
                queue.wait();
            };
        }
        if (pass == Pass::backward_input) {
            const dnnl::convolution_backward_data::primitive_desc about(
                {algorithm, x, w, y, strides, dilation, before, after}, cpu, forward);
            const dnnl::convolution_backward_data primitive(about);
            const memory mx = filled(about.diff_src_desc()), mw = filled(about.weights_desc()),
                         my = filled(about.diff_dst_desc());
            return [=] {
                primitive.execute(queue,
                                  {{DNNL_ARG_DIFF_SRC, mx}, {DNNL_ARG_WEIGHTS, mw}, {DNNL_ARG_DIFF_DST, my}});
                queue.wait();
            };
        }
        const dnnl::convolution_backward_weights::primitive_desc about(
            {algorithm, x, w, y, strides, dilation, before, after}, cpu, forward);
        const dnnl::convolution_backward_weights primitive(about);
        const memory mx = filled(about.src_desc()), mw = filled(about.diff_weights_desc()),
                     my = filled(about.diff_dst_desc());
        return [=] {
            primitive.execute(queue,
                              {{DNNL_ARG_SRC, mx}, {DNNL_ARG_DIFF_WEIGHTS, mw}, {DNNL_ARG_DIFF_DST, my}});
            queue.wait();
        };
    } catch (const dnnl::error&) {
        return {};
    }
}

#endif

struct Candidate {
    const char* name;
    Call call;
    std::vector<double> times;
};

/// A large matrix product by the tiles of this build, as a reference for the speed of convolutions.
class Product {
public:
    explicit Product(Threads& threads) : threads_(threads) {
        std::fill_n(a_.data(), a_.size(), 0.5F);
        std::fill_n(b_.data(), b_.size(), 0.25F);
    }
    static constexpr double flops = 2.0 * 1024 * 1024 * 1024;
    void operator()() {
        gemm_nn<Backend, float>(size, size, size, {a_.data(), size}, {b_.data(), size}, {c_.data(), size}, {},
                                workspace_.data(), threads_);
    }

private:
    static constexpr std::size_t size = 1024;
    Threads& threads_;
    AlignedBuffer<float> a_{size * size}, b_{size * size}, c_{size * size};
    AlignedBuffer<float> workspace_{gemm_workspace<Backend, float>(size, size, size, threads_.count())};
};

/// The ratios that were measured, for each pass.
struct Means {
    std::array<std::vector<double>, passes.size()> exact, own;
};
double geometric_mean(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += std::log(value);
    return std::exp(sum / static_cast<double>(values.size()));
}

void measure(const ConvolutionShape& s, Pass pass, Threads& threads, Means& means) {
    Ours ours(s, threads);
    Product product(threads);
    std::vector<Candidate> candidates;
    candidates.push_back({"exact", [&] { ours.run<Exact<Backend>>(pass); }, {}});
    candidates.push_back({"own", [&] { ours.run<Backend>(pass); }, {}});
    candidates.push_back({"gemm", [&] { product(); }, {}});
#ifdef ALRAO_BENCH_ONEDNN
    using Tag = dnnl::memory::format_tag;
    candidates.push_back({"direct", onednn(s, pass, dnnl::algorithm::convolution_direct, Tag::any), {}});
    candidates.push_back({"wino", onednn(s, pass, dnnl::algorithm::convolution_winograd, Tag::any), {}});
    candidates.push_back({"nhwc", onednn(s, pass, dnnl::algorithm::convolution_direct, Tag::nhwc), {}});
#endif
    const double flops = 2.0 * static_cast<double>(s.out_pixels()) * static_cast<double>(s.weights());
    std::vector<double> exact_ratio, own_ratio, gemm_ratio;
    for (int turn = -1; turn < 9; ++turn) {
        std::vector<double> now;
        for (Candidate& c : candidates) {
            if (!c.call) {
                now.push_back(1e30);
                continue;
            }
            bench::let_threads_sleep(threads.count());
            double best = 0;
            int calls = 0;
            const double start = seconds();
            do {
                c.call();
                ++calls;
                best = (seconds() - start) / calls;
            } while (seconds() - start < 0.02);
            now.push_back(best * 1e3);
            if (turn >= 0) c.times.push_back(best * 1e3);
        }
        if (turn < 0) continue;
        gemm_ratio.push_back(flops / now[0] * now[2] / Product::flops);
        if (now.size() < 4) continue;
        const double peer = s.is_depthwise() ? now[5] : std::min({now[3], now[4], now[5]});
        exact_ratio.push_back(peer / now[0]);
        own_ratio.push_back(peer / now[1]);
    }
    std::printf("%4zu %3zux%-3zu %4zu k%zu s%zu g%-3zu %s", s.channels, s.height, s.width, s.out_channels,
                s.window.vertical.kernel, s.window.vertical.stride, s.window.groups,
                pass_names[static_cast<std::size_t>(pass)]);
    for (const Candidate& c : candidates) {
        if (c.name == std::string_view("gemm")) continue;
        if (c.times.empty()) {
            std::printf(" |      -     -");
        } else {
            std::printf(" | %6.2f %5.1f", median(c.times), flops / median(c.times) * 1e-6);
        }
    }
    std::printf(" | %5.2f", median(gemm_ratio));
    if (!own_ratio.empty()) {
        std::printf(" %5.2fx %5.2fx", median(exact_ratio), median(own_ratio));
        means.exact[static_cast<std::size_t>(pass)].push_back(median(exact_ratio));
        means.own[static_cast<std::size_t>(pass)].push_back(median(own_ratio));
    }
    std::printf("\n");
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view list = argc > 1 ? argv[1] : "";
    const int count = argc > 2 ? std::atoi(argv[2]) : 1;
    const std::array known{"3x3", "1x1", "depthwise", "other"};
    if (std::ranges::find(known, list) == known.end() || count < 1 || argc > 3) {
        std::fprintf(stderr, "usage: %s 3x3|1x1|depthwise|other [threads]\n", argv[0]);
        return 2;
    }
    bench::give_threads(argv, count);
    Threads threads(count);
    const auto info = build_info<Backend>();
    std::printf("alrao %.*s, %.*s, %.*s, batch 64, %d thread(s), oneDNN %d\n",
                static_cast<int>(info.version.size()), info.version.data(),
                static_cast<int>(info.instruction_set.size()), info.instruction_set.data(),
                static_cast<int>(info.compiler.size()), info.compiler.data(), count, bench::openmp_threads());
    std::printf(
        "ms, GFLOP/s                         exact          own            direct"
        "         wino           nhwc      /gemm  exact    own\n");
    Means means;
    for (const ConvolutionShape& s : shapes(list)) {
        for (const Pass pass : passes) measure(s, pass, threads, means);
    }
    for (std::size_t pass = 0; pass < passes.size() && !means.own[pass].empty(); ++pass)
        std::printf("geometric mean, %s  exact %5.2fx  own %5.2fx\n", pass_names[pass],
                    geometric_mean(means.exact[pass]), geometric_mean(means.own[pass]));
}
