// Compares matrix products by the register tiles of the library with those of OpenBLAS and, if compiled with
// ALRAO_BENCH_ONEDNN, with dnnl_sgemm of oneDNN.
//
//   taskset -c 0 ./bench_kernels_gemm                  one thread each
//   ./bench_kernels_gemm 2                             two threads each; the library divides its own products and those
//                                                      of OpenBLAS between its threads
//   ./bench_kernels_gemm THREADS float|double N        only products with at most N columns
//   taskset -c 0 ./bench_kernels_gemm parts [double]   times of the parts of a product by the library
//   taskset -c 0 ./bench_kernels_gemm blas             OpenBLAS alone, one line for bench/beside.py, which compares
//                                                      values of OPENBLAS_CORETYPE
//
// Times include packing. The candidates are measured in turn. GFLOP/s are medians of all turns, and a ratio
// is the median of the ratios library / other within a turn. "of peak" is the ratio of the library to
// multiply-adds on registers alone, with the instruction set of this build, in the same turn.

#include <alrao/kernels/cblas.hpp>
#include <alrao/kernels/gemm/gemm.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/memory.hpp>
#include <alrao/tensor/threads.hpp>

#include "../threads.hpp"
#include "../timing.hpp"
#include "gemm_parts.hpp"
#include "peak.hpp"

#ifdef ALRAO_BENCH_ONEDNN
#include <dnnl.h>
#endif

#include <cblas.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using namespace alrao;
using namespace alrao::kernels;
using bench::Peak;

enum class Form { nn, nt, tn };

struct Shape {
    std::size_t m, n, k;
    Form form;
};

constexpr std::array shapes{
    Shape{256, 256, 256, Form::nn},    Shape{512, 512, 512, Form::nn}, Shape{1024, 1024, 1024, Form::nn},
    Shape{2048, 2048, 2048, Form::nn}, Shape{512, 512, 512, Form::nt}, Shape{512, 512, 512, Form::tn},
    Shape{20, 800, 200, Form::nn},     Shape{20, 800, 200, Form::nt},  Shape{20, 200, 800, Form::nn},
    Shape{128, 512, 784, Form::nn},    Shape{128, 512, 512, Form::nn}, Shape{128, 512, 512, Form::nt},
    Shape{128, 112, 512, Form::nn},    Shape{128, 512, 112, Form::nt}, Shape{128, 10, 512, Form::nn},
    Shape{128, 10, 512, Form::nt},     Shape{512, 10, 128, Form::tn},  Shape{128, 512, 10, Form::nt},
    Shape{128, 16, 512, Form::nn},     Shape{128, 16, 512, Form::nt},  Shape{512, 16, 128, Form::tn},
    Shape{128, 512, 16, Form::nt},     Shape{784, 512, 128, Form::tn}, Shape{512, 512, 128, Form::tn},
    Shape{512, 112, 128, Form::tn},    Shape{32, 512, 784, Form::nn},  Shape{32, 512, 512, Form::nn},
    Shape{32, 512, 512, Form::nt},     Shape{784, 512, 32, Form::tn},  Shape{64, 512, 784, Form::nn},
    Shape{1, 512, 784, Form::nn},      Shape{1, 512, 512, Form::nn},   Shape{1, 112, 512, Form::nn},
    Shape{4, 512, 512, Form::nn}};

double seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

template <class T>
double peak_gflops(Peak<T>& peak) {
    const double start = seconds();
    peak();
    return peak.all_flops() / (seconds() - start) * 1e-9;
}

template <class T>
struct Bench {
    Shape s;
    Threads& threads;
    AlignedBuffer<T> a{s.m * s.k}, b{s.k * s.n}, c{s.m * s.n}, workspace;

    Bench(Shape shape, Threads& team) : s(shape), threads(team) {
        const auto size = [&](auto w) { return w; };
        workspace =
            AlignedBuffer<T>(std::max(size(gemm_workspace<OwnTiles<>, T>(s.m, s.n, s.k, team.count())),
                                      size(gemm_workspace<Cblas<>, T>(s.m, s.n, s.k, team.count()))));
        for (std::size_t i = 0; i < a.size(); ++i) a.data()[i] = static_cast<T>(i % 17) / 17 - T{0.5};
        for (std::size_t i = 0; i < b.size(); ++i) b.data()[i] = static_cast<T>(i % 19) / 19 - T{0.5};
    }

    template <class Backend>
    void ours() {
        const Matrix<const T> ma{a.data(), s.form == Form::tn ? s.m : s.k};
        const Matrix<const T> mb{b.data(), s.form == Form::nt ? s.k : s.n};
        const Matrix<T> mc{c.data(), s.n};
        switch (s.form) {
        case Form::nn: gemm_nn<Backend, T>(s.m, s.n, s.k, ma, mb, mc, {}, workspace.data(), threads); break;
        case Form::nt: gemm_nt<Backend, T>(s.m, s.n, s.k, ma, mb, mc, {}, workspace.data(), threads); break;
        case Form::tn: gemm_tn<Backend, T>(s.m, s.n, s.k, ma, mb, mc, {}, workspace.data(), threads); break;
        }
    }

    void onednn() {
#ifdef ALRAO_BENCH_ONEDNN
        if constexpr (sizeof(T) == 4) {
            const auto d = [](std::size_t x) { return static_cast<dnnl_dim_t>(x); };
            dnnl_sgemm(s.form == Form::tn ? 'T' : 'N', s.form == Form::nt ? 'T' : 'N', d(s.m), d(s.n), d(s.k),
                       1.0F, a.data(), d(s.form == Form::tn ? s.m : s.k), b.data(),
                       d(s.form == Form::nt ? s.k : s.n), 0.0F, c.data(), d(s.n));
        }
#endif
    }

    void print() {
        const double flops =
            2.0 * static_cast<double>(s.m) * static_cast<double>(s.n) * static_cast<double>(s.k);
        const int repeats = static_cast<int>(std::clamp(4e8 / flops, 1.0, 20000.0));
        const auto time = [&](auto&& f) {
            const double start = seconds();
            for (int i = 0; i < repeats; ++i) f();
            return flops * repeats / (seconds() - start) * 1e-9;
        };
        Peak<T> peak(threads);
        std::vector<double> own, blas, dnn, blas_ratio, dnn_ratio, of_peak;
        for (int turn = -1; turn < 21; ++turn) {
            const double top = peak_gflops(peak);
            const double o = time([&] { ours<OwnTiles<>>(); });
            const double l = time([&] { ours<Cblas<>>(); });
            const double d = time([&] { onednn(); });
            bench::let_threads_sleep(threads.count());
            if (turn < 0) continue;  // warm-up
            own.push_back(o);
            blas.push_back(l);
            dnn.push_back(d);
            blas_ratio.push_back(o / l);
            dnn_ratio.push_back(o / d);
            of_peak.push_back(100 * o / top);
        }
        constexpr std::array names{"NN", "NT", "TN"};
        std::printf("%5zu %5zu %5zu %s  %8.1f %6.0f %% %9.1f %6.2fx", s.m, s.n, s.k,
                    names[static_cast<std::size_t>(s.form)], median(own), median(of_peak), median(blas),
                    median(blas_ratio));
#ifdef ALRAO_BENCH_ONEDNN
        if (sizeof(T) == 4) std::printf(" %8.1f %6.2fx", median(dnn), median(dnn_ratio));
#endif
        std::printf("\n");
        std::fflush(stdout);
    }
};

template <class T>
void table(Threads& threads, const char* scalar, std::size_t widest) {
    Peak<T> peak(threads);
    peak_gflops(peak);
    std::printf("\n%s, GFLOP/s; the peak is %.1f\n", scalar, peak_gflops(peak));
    std::printf("    m     n     k          own of peak  OpenBLAS  ratio");
#ifdef ALRAO_BENCH_ONEDNN
    if (sizeof(T) == 4) std::printf("   oneDNN  ratio");
#endif
    std::printf("\n");
    for (const Shape shape : shapes)
        if (shape.n <= widest) Bench<T>(shape, threads).print();
}

/// Measures a product of 1,024 by 1,024 by 1,024 by OpenBLAS and prints a line for bench/beside.py.
void print_blas(Threads& threads) {
    Bench<float> product({1024, 1024, 1024, Form::nn}, threads);
    const double ms = bench::median_milliseconds(
        0.5, [&] { product.template ours<Cblas<>>(); }, 2);
    std::printf("ms=%g core=%s\n", ms, openblas_get_corename());
}

template <class T>
void print_parts() {
    std::printf("%s, %s, one thread\n", std::string(build_info<OwnTiles<>>().instruction_set).c_str(),
                sizeof(T) == 4 ? "float" : "double");
    bench::GemmParts<T>(256, 256, 256).print();
    bench::GemmParts<T>(1024, 1024, 1024).print();
    bench::GemmParts<T>(128, 512, 784).print();
}

}  // namespace

int main(int argc, char** argv) {
    const std::string first = argc > 1 ? argv[1] : "1", scalar = argc > 2 ? argv[2] : "float";
    const bool alone = first == "parts" || first == "blas";
    const int count = alone ? 1 : std::atoi(first.c_str());
    if (count < 1 || argc > 4 || (scalar != "float" && scalar != "double")) {
        std::fprintf(stderr, "usage: %s [threads [float|double [widest n]]] | parts [float|double] | blas\n",
                     argv[0]);
        return 2;
    }
    bench::give_threads(argv, count);
    if (first == "parts") return scalar == "double" ? print_parts<double>() : print_parts<float>(), 0;
    Threads threads(count);
    if (first == "blas") return print_blas(threads), 0;
    const auto info = build_info<OwnTiles<>>();
    const auto print = [](const char* name, std::string_view value) {
        std::printf("%-12s %.*s\n", name, static_cast<int>(value.size()), value.data());
    };
    print("alrao", info.version);
    print("tiles", info.instruction_set);
    print("compiler", info.compiler);
    std::printf("threads      %d (library and OpenBLAS: products divided between the same threads)\n", count);
    print("OpenBLAS", std::string(openblas_get_config()) + ", core " + openblas_get_corename());
#ifdef ALRAO_BENCH_ONEDNN
    const dnnl_version_t* const v = dnnl_version();
    std::printf("oneDNN       %d.%d.%d, %d thread(s)\n", v->major, v->minor, v->patch,
                bench::openmp_threads());
#endif
    const std::size_t widest = argc > 3 ? static_cast<std::size_t>(std::atol(argv[3])) : 4096;
    if (scalar == "double") {
        table<double>(threads, "double", widest);
    } else {
        table<float>(threads, "float", widest);
    }
}
