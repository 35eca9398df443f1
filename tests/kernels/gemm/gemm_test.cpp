#include <alrao/kernels/cblas.hpp>
#include <alrao/kernels/gemm/gemm.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/memory.hpp>
#include <alrao/tensor/philox.hpp>

#include "../../effort.hpp"
#include "../guarded_matrix.hpp"
#include "../own_tiles.hpp"
#include "../same_bits.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace kernels_gemm_gemm_test {

using namespace alrao;
using namespace alrao::kernels;

namespace {

enum class Form { nn, nt, tn };
constexpr std::array all_forms{Form::nn, Form::nt, Form::tn};

struct Extents3 {
    std::size_t m, n, k;
};

/// A product: the factors, stored as the form requires, and the expected result.
template <class T>
struct Case {
    Form form;
    Extents3 e;
    GuardedMatrix<T> a, b, c;
    std::vector<T> bias, magnitude;

    Case(Form f, Extents3 extents, std::size_t gap = 3)
        : form(f),
          e(extents),
          a(f == Form::tn ? e.k : e.m, f == Form::tn ? e.m : e.k, gap),
          b(f == Form::nt ? e.n : e.k, f == Form::nt ? e.k : e.n, gap),
          c(e.m, e.n, gap),
          bias(e.n),
          magnitude(e.n, T{-1}) {}

    T left(std::size_t i, std::size_t p) const { return form == Form::tn ? a.at(p, i) : a.at(i, p); }
    T right(std::size_t p, std::size_t j) const { return form == Form::nt ? b.at(j, p) : b.at(p, j); }

    void fill_integers(Philox& random) {
        const auto integer = [&] { return static_cast<double>(random.below(7)) - 3.0; };
        a.fill(integer);
        b.fill(integer);
        c.fill(integer);
        for (T& x : bias) x = static_cast<T>(integer());
    }
    void fill_normal(Philox& random) {
        const auto normal = [&] { return random.normal(); };
        a.fill(normal);
        b.fill(normal);
        c.fill(normal);
        for (T& x : bias) x = static_cast<T>(normal());
    }

    template <class Backend>
    void multiply(Threads& threads, const Epilogue<T>& epilogue = {}) {
        AlignedBuffer<T> workspace(gemm_workspace<Backend, T>(e.m, e.n, e.k, threads.count()) + 16);
        std::fill_n(workspace.data(), workspace.size(), std::numeric_limits<T>::quiet_NaN());
        const auto ca = std::as_const(a).matrix();
        const auto cb = std::as_const(b).matrix();
        const auto call = [&](auto gemm) {
            gemm(e.m, e.n, e.k, ca, cb, c.matrix(), epilogue, workspace.data(), threads);
        };
        switch (form) {
        case Form::nn: call([](auto&&... x) { gemm_nn<Backend, T>(x...); }); break;
        case Form::nt: call([](auto&&... x) { gemm_nt<Backend, T>(x...); }); break;
        case Form::tn: call([](auto&&... x) { gemm_tn<Backend, T>(x...); }); break;
        }
        // The 16 elements after the workspace must not be written.
        for (std::size_t i = workspace.size() - 16; i < workspace.size(); ++i) {
            CHECK_FALSE(is_finite(workspace.data()[i]));
        }
        CHECK(c.guards_intact());
    }
};

template <class T>
bool same_number(const T& x, const T& y) {
    return std::memcmp(&x, &y, sizeof(T)) == 0;
}

/// Extents around every boundary: of tiles, registers, blocks and the special cases for few rows.
const std::vector<Extents3> edges{{1, 1, 1},    {1, 5, 3},     {1, 33, 70},   {2, 16, 9},    {3, 17, 16},
                                  {4, 31, 17},  {5, 32, 33},   {6, 6, 6},     {7, 7, 1},     {8, 48, 15},
                                  {11, 33, 40}, {12, 32, 64},  {13, 65, 31},  {20, 80, 20},  {24, 64, 8},
                                  {25, 10, 50}, {37, 100, 5},  {40, 40, 400}, {64, 1, 64},   {1, 64, 1000},
                                  {12, 1, 900}, {0, 4, 3},     {4, 0, 3},     {4, 5, 0},     {0, 0, 0},
                                  {1, 40, 0},   {505, 35, 20}, {510, 300, 3}, {5, 64, 2100}, {70, 128, 2050}};

/// Without optimisation, the loops for these extents would take minutes.
bool too_slow(const Extents3& e) { return e.m * e.n * e.k > effort(SIZE_MAX, 50'000); }

template <class Backend, class T>
void check_integers() {
    Threads threads(1);
    Philox random(Seed{1}, Stream::initialization);
    for (const Form form : all_forms) {
        for (const Extents3 e : edges) {
            if (too_slow(e)) continue;
            for (const bool rich : {false, true}) {
                Case<T> x(form, e, rich ? 3 : 0);
                x.fill_integers(random);
                GuardedMatrix<T> expected = x.c;
                std::vector<T> largest(e.n, T{0});
                for (std::size_t i = 0; i < e.m; ++i) {
                    for (std::size_t j = 0; j < e.n; ++j) {
                        T sum = rich ? x.c.at(i, j) : T{0};
                        for (std::size_t p = 0; p < e.k; ++p) sum += x.left(i, p) * x.right(p, j);
                        if (rich) {
                            sum += x.bias[j];
                            largest[j] = std::max(largest[j], std::abs(sum));
                            sum = std::max(sum, T{0});
                        }
                        expected.at(i, j) = sum;
                    }
                }
                if (!rich) x.c.fill([] { return std::numeric_limits<T>::quiet_NaN(); });
                x.template multiply<Backend>(threads, rich ? Epilogue<T>{.bias = x.bias.data(),
                                                                         .activation = Activation::relu,
                                                                         .magnitude = x.magnitude.data(),
                                                                         .accumulate = true}
                                                           : Epilogue<T>{});
                INFO("form " << static_cast<int>(form) << ": " << e.m << " x " << e.n << " x " << e.k);
                CHECK(x.c.memory == expected.memory);
                if (rich) CHECK(x.magnitude == largest);
            }
        }
    }
}

template <class Backend, class T>
void check_bound() {
    Threads threads(2);
    Philox random(Seed{2}, Stream::initialization);
    for (const Form form : all_forms) {
        for (const Extents3 e : {Extents3{33, 70, effort(1000, 100)}, Extents3{1, 130, effort(900, 100)},
                                 Extents3{effort(600, 60), 40, 70}}) {
            Case<T> x(form, e);
            x.fill_normal(random);
            x.template multiply<Backend>(threads);
            const double unit = std::numeric_limits<T>::epsilon() / 2.0;
            const double gamma = static_cast<double>(e.k) * unit / (1 - static_cast<double>(e.k) * unit);
            double worst = 0;
            for (std::size_t i = 0; i < e.m; i += effort(1, 9)) {
                for (std::size_t j = 0; j < e.n; ++j) {
                    long double sum = 0, size = 0;
                    for (std::size_t p = 0; p < e.k; ++p) {
                        const long double term =
                            static_cast<long double>(x.left(i, p)) * static_cast<long double>(x.right(p, j));
                        sum += term;
                        size += std::abs(term);
                    }
                    const auto error = std::abs(static_cast<long double>(x.c.at(i, j)) - sum);
                    worst = std::max(worst, static_cast<double>(error / size));
                }
            }
            CHECK(worst <= gamma);
        }
    }
}

/// An epilogue with all operations.
template <class T>
Epilogue<T> rich_epilogue(Case<T>& x) {
    return {.bias = x.bias.data(), .activation = Activation::relu, .magnitude = x.magnitude.data()};
}

template <class T>
void check_threads() {
    Philox random(Seed{3}, Stream::initialization);
    for (const Form form : all_forms) {
        for (const Extents3 e :
             {Extents3{128, 100, 90}, Extents3{1, 515, 400}, Extents3{700, 10, 50}, Extents3{20, 333, 70},
              Extents3{520, 70, effort(400, 40)}, Extents3{37, 61, 129}}) {
            Case<T> x(form, e);
            x.fill_normal(random);
            Threads one(1);
            x.template multiply<OwnTiles<>>(one, rich_epilogue(x));
            for (const int count : {2, 3, 5}) {
                if (!is_optimized && count != 3) continue;
                Case<T> y = x;
                y.c.fill([] { return 7; });
                Threads threads(count);
                y.template multiply<OwnTiles<>>(threads, rich_epilogue(y));
                CHECK(same_bits(x.c.memory, y.c.memory));
                CHECK(same_bits(x.magnitude, y.magnitude));
            }
        }
    }
}

template <class T>
void check_place() {
    Threads threads(1);
    Philox random(Seed{4}, Stream::initialization);
    for (const Form form : all_forms) {
        const Extents3 e{30, 75, 401};
        Case<T> whole(form, e);
        whole.fill_normal(random);
        whole.template multiply<OwnTiles<>>(threads, {.bias = whole.bias.data()});
        // A row computed alone, and any part of rows and columns, must have the same bits as in the
        // whole.
        const std::vector<std::array<std::size_t, 4>> pieces{
            {0, 1, 0, 75}, {7, 8, 0, 75}, {29, 30, 0, 75}, {3, 20, 5, 6}, {12, 14, 40, 75}, {0, 30, 74, 75}};
        for (const auto& [top, bottom, first, last] : pieces) {
            Case<T> x(form, {bottom - top, last - first, e.k}, 0);
            for (std::size_t p = 0; p < e.k; ++p) {
                for (std::size_t i = top; i < bottom; ++i)
                    (form == Form::tn ? x.a.at(p, i - top) : x.a.at(i - top, p)) = whole.left(i, p);
                for (std::size_t j = first; j < last; ++j)
                    (form == Form::nt ? x.b.at(j - first, p) : x.b.at(p, j - first)) = whole.right(p, j);
            }
            std::copy(whole.bias.begin() + static_cast<std::ptrdiff_t>(first),
                      whole.bias.begin() + static_cast<std::ptrdiff_t>(last), x.bias.begin());
            x.template multiply<OwnTiles<>>(threads, {.bias = x.bias.data()});
            bool same = true;
            for (std::size_t i = top; i < bottom; ++i)
                for (std::size_t j = first; j < last; ++j)
                    same = same && same_number(x.c.at(i - top, j - first), whole.c.at(i, j));
            CHECK(same);
        }
        // The documented chain: one multiply-add after the other.
        T sum{0};
        for (std::size_t p = 0; p < e.k; ++p)
            sum = madd<DefaultArch>(whole.left(17, p), whole.right(p, 33), sum);
        CHECK(same_number(static_cast<T>(sum + whole.bias[33]), whole.c.at(17, 33)));
    }
}

template <class Backend, class T>
void check_not_finite() {
    constexpr T infinite = std::numeric_limits<T>::infinity();
    const T nan = std::numeric_limits<T>::quiet_NaN();
    Philox random(Seed{5}, Stream::initialization);
    for (const int count : {1, 2}) {
        Threads threads(count);
        for (const Form form : all_forms) {
            for (const Extents3 e :
                 {Extents3{1, 40, 30}, Extents3{50, 70, 40}, Extents3{9, 3, 20}, Extents3{300, 20, 40}}) {
                if (too_slow(e)) continue;
                for (const T bad : {nan, -nan, infinite, -infinite}) {
                    for (const bool in_a : {false, true}) {
                        Case<T> x(form, e);
                        x.fill_normal(random);
                        const std::size_t i = e.m / 2, j = e.n / 2, p = e.k - 1;
                        if (in_a) {
                            (form == Form::tn ? x.a.at(p, i) : x.a.at(i, p)) = bad;
                        } else {
                            (form == Form::nt ? x.b.at(j, p) : x.b.at(p, j)) = bad;
                        }
                        x.template multiply<Backend>(threads, {.magnitude = x.magnitude.data()});
                        bool right = true;
                        for (std::size_t r = 0; r < e.m; ++r)
                            for (std::size_t s = 0; s < e.n; ++s)
                                right = right && is_finite(x.c.at(r, s)) == !(in_a ? r == i : s == j);
                        CHECK(right);
                        for (std::size_t s = 0; s < e.n; ++s)
                            CHECK(is_finite(x.magnitude[s]) == !(in_a || s == j));
                    }
                }
            }
        }
        // ReLU passes NaN through.
        Case<T> x(Form::nn, {14, 20, 10});
        x.fill_normal(random);
        x.a.at(13, 2) = nan;
        x.template multiply<Backend>(threads, rich_epilogue(x));
        CHECK_FALSE(is_finite(x.c.at(13, 19)));
        CHECK_FALSE(is_finite(x.magnitude[0]));
    }
}

/// If rows that only fill a tile up were included, they would add |bias| to the magnitude: in the true
/// rows the product cancels the bias.
template <class Backend, class T>
void check_padding() {
    Threads threads(1);
    for (const Form form : all_forms) {
        for (std::size_t m = 1; m < 14; ++m) {
            Case<T> x(form, {m, 21, 1});
            x.a.fill([] { return 1; });
            x.b.fill([] { return -100; });
            std::fill(x.bias.begin(), x.bias.end(), T{100});
            x.template multiply<Backend>(threads, rich_epilogue(x));
            CHECK(x.magnitude == std::vector<T>(21, T{0}));
        }
    }
}

template <class T>
void check_split_blas() {
    using Blas = Cblas<>;
    Threads one(1), three(3);
    Philox random(Seed{6}, Stream::initialization);
    for (const Form form : all_forms) {
        for (const Extents3 e : {Extents3{100, 90, 80}, Extents3{500, 9, 60}}) {
            Case<T> x(form, e);
            x.fill_integers(random);
            Case<T> y = x;
            x.template multiply<Blas>(one, rich_epilogue(x));
            y.template multiply<Blas>(three, rich_epilogue(y));
            CHECK(x.c.memory == y.c.memory);
            CHECK(x.magnitude == y.magnitude);
        }
    }
}

/// Runs a check with the register tiles for the compiler flags, with those for smaller registers, and
/// with BLAS if there is one. A template, so that a build without BLAS does not name it.
template <template <class> class Check, bool WithBlas = blas::available>
void on_all_backends() {
    on_own_tiles([]<class Own>(std::type_identity<Own>) { Check<Own>::run(); });
    if constexpr (WithBlas) Check<Cblas<>>::run();
}

template <class Backend>
struct Integers {
    static void run() {
        check_integers<Backend, float>();
        check_integers<Backend, double>();
    }
};
template <class Backend>
struct Bound {
    static void run() {
        check_bound<Backend, float>();
        check_bound<Backend, double>();
    }
};
template <class Backend>
struct NotFinite {
    static void run() {
        check_not_finite<Backend, float>();
        check_not_finite<Backend, double>();
    }
};
template <class Backend>
struct PaddedRows {
    static void run() {
        check_padding<Backend, float>();
        check_padding<Backend, double>();
    }
};
template <bool WithBlas = blas::available>
void split_blas() {
    if constexpr (WithBlas) {
        check_split_blas<float>();
        check_split_blas<double>();
    }
}

}  // namespace

TEST_CASE("products of integers are exact, with and without an epilogue") { on_all_backends<Integers>(); }

TEST_CASE("products of normal numbers stay within the error bound of a dot product") {
    on_all_backends<Bound>();
}

TEST_CASE("register tiles give the same bits on any number of threads") {
    check_threads<float>();
    check_threads<double>();
}

TEST_CASE("the bits of an element do not depend on its position") {
    check_place<float>();
    check_place<double>();
}

TEST_CASE("NaN and infinity appear in the product and in the magnitudes of their columns only") {
    on_all_backends<NotFinite>();
}

TEST_CASE("rows that fill up a tile do not change the magnitude") { on_all_backends<PaddedRows>(); }

TEST_CASE("BLAS on the parts of several threads gives the whole product") { split_blas(); }

TEST_CASE_TEMPLATE("the workspace of a product is sufficient for all smaller ones", T, float, double) {
    const auto check = []<class Backend>(Backend) {
        const auto size = [](std::size_t m, std::size_t n, std::size_t k) {
            return kernels::gemm_workspace<Backend, T>(m, n, k, 2);
        };
        std::size_t falls = 0;
        for (const std::size_t a : {1U, 3U, 40U, 528U, 529U, 1100U})
            for (const std::size_t b : {1U, 3U, 40U, 528U, 529U, 1100U})
                for (std::size_t i = 0; i < 1100; ++i) {
                    falls += size(i + 1, a, b) < size(i, a, b);
                    falls += size(a, i + 1, b) < size(a, i, b);
                    falls += size(a, b, i + 1) < size(a, b, i);
                }
        CHECK(falls == 0);
    };
    check(OwnTiles<>{});
    check(Cblas<>{});
    check(Exact<OwnTiles<>>{});
}

}  // namespace kernels_gemm_gemm_test
