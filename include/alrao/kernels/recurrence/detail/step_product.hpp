#pragma once

#include <alrao/kernels/gemm/operands.hpp>
#include <alrao/kernels/gemm/pack.hpp>
#include <alrao/kernels/gemm/tile.hpp>
#include <alrao/kernels/vector.hpp>
#include <alrao/shape/extents.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/threads.hpp>

#include <algorithm>
#include <cstddef>

#pragma GCC diagnostic push  // g++ 12 sees uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

/// Products A[m, k] B of the time steps of a sequence: A differs from step to step, B stays the same. B
/// is packed once per pass. The sums of a step are used while they are in the first-level cache.
namespace alrao::kernels {

/// The extents of the constant factor B: k rows; `gates` times `units` columns.
struct StepShape {
    std::size_t k, units, gates;
};

/// The constant factor. `b` stores B as [k, gates * units], gate by gate, or, if `turned`, the transpose of B
/// as [units, k] (one gate only).
template <class T>
struct StepFactor {
    StepShape shape;
    Matrix<const T> b;
    bool turned = false;
};

/// The sums of some rows and units of a time step. Gate g of row r and unit u is stored at `data[(r -
/// rows.begin) * stride + g * gate_stride + (u - units.begin)]`.
template <class T>
struct StepSums {
    Range rows, units;
    const T* data;
    std::size_t stride, gate_stride;

    /// The sums of row r and of a gate: a pointer to its first unit.
    [[nodiscard]] const T* row(std::size_t r, std::size_t gate = 0) const {
        return data + (r - rows.begin) * stride + gate * gate_stride;
    }
};

/// The left factor A of a time step. Its columns may come from two matrices: `first_k` from the first and
/// `second_k` from the second.
template <class T>
struct StepLeft {
    Matrix<const T> first;
    std::size_t first_k;
    Matrix<const T> second{nullptr, 0};
    std::size_t second_k = 0;
};

namespace detail {

/// The number of rows that are multiplied at a time, so that the sums of a group stay in the first-level
/// cache.
inline constexpr std::size_t step_rows = 48;

/// Divides [0, n) into nearly equal ranges, with boundaries at the nearest multiples of `granule`.
[[nodiscard]] constexpr Range balanced_range(std::size_t n, int parts, int part,
                                             std::size_t granule) noexcept {
    const auto cut = [&](int i) {
        if (i == parts) return n;
        const std::size_t at = n * static_cast<std::size_t>(i) / static_cast<std::size_t>(parts);
        return std::min(n, (at + granule / 2) / granule * granule);
    };
    return {cut(part), cut(part + 1)};
}

/// Calls f(parts, part): on each thread of the pool, or f(1, 0) on the calling thread if there is little
/// work.
template <class F>
void run_parts(Threads& threads, std::size_t multiplications, F f) {
    if (threads.count() == 1 || multiplications < 100'000) {
        f(1, 0);
    } else {
        threads.run([&](int thread) { f(threads.count(), thread); });
    }
}

}  // namespace detail

/// Multiplies the left factors of all time steps by the same constant factor. `run` passes pieces of the
/// sums to a function as soon as they are computed.
template <class Backend, class T>
class StepProduct;

template <class Backend, class T>
class StepProduct<Exact<Backend>, T> : public StepProduct<Backend, T> {
    using StepProduct<Backend, T>::StepProduct;
};

/// The product computed by register tiles. Units are processed in groups: one register per gate, or two
/// registers if there is one gate.
template <class Arch, class T>
class StepProduct<OwnTiles<Arch>, T> {
    static constexpr std::size_t lanes = register_width<T, Arch>;
    static constexpr std::size_t width = detail::tile_width<Arch, T>;

public:
    /// The number of elements of the packed factor.
    [[nodiscard]] static constexpr std::size_t panel_elements(const StepShape& shape) {
        const std::size_t units = rounded_up(shape.units, group_of(shape.gates));
        return rounded_up(shape.k * shape.gates * units, 16);
    }
    /// The number of elements of workspace for time steps of up to `rows` rows. It does not decrease when
    /// rows are added.
    [[nodiscard]] static constexpr std::size_t workspace(std::size_t rows, const StepShape& shape,
                                                         int threads) {
        return static_cast<std::size_t>(threads) * per_thread(rows, shape.k, shape.gates);
    }

    /// Packs the factor into `panels`. Both buffers should be aligned like registers, for speed.
    StepProduct(const StepFactor<T>& factor, T* panels, T* workspace, Threads& threads)
        : factor_(factor), panels_(panels), workspace_(workspace), threads_(threads) {
        detail::run_parts(threads, elements(), [&](int parts, int part) {
            for_each_group(parts, part, [&](Range units) { pack(units); });
        });
    }

    /// Multiplies the left factor [rows][k] by the constant factor and calls finish(StepSums) for each
    /// piece of the result. Each piece is handled by one thread; the order of the pieces is unspecified.
    template <class Finish>
    void run(std::size_t rows, const StepLeft<T>& left, Finish finish) const {
        const std::size_t k = factor_.shape.k;
        detail::run_parts(threads_, rows * elements(), [&](int parts, int part) {
            T* const packed =
                workspace_ + static_cast<std::size_t>(part) * per_thread(rows, k, factor_.shape.gates);
            T* const sums = packed + left_elements(rows, k);
            for (std::size_t r = 0; r < rows; r += detail::step_rows) {
                const Range block{r, std::min(rows, r + detail::step_rows)};
                pack_left(left, block, packed);
                for_each_group(parts, part, [&](Range units) {
                    multiply(block.size(), units, packed, sums);
                    finish(StepSums<T>{block, units, sums, sum_stride(), units.size()});
                });
            }
        });
    }

private:
    static constexpr std::size_t group_of(std::size_t gates) { return gates == 1 ? width : lanes; }
    static constexpr std::size_t rows_of(std::size_t rows) {
        return rounded_up(std::min(rows, detail::step_rows), detail::tile_rows<Arch>);
    }
    static constexpr std::size_t left_elements(std::size_t rows, std::size_t k) {
        return rounded_up(rows_of(rows) * k + lanes, 16);
    }
    static constexpr std::size_t per_thread(std::size_t rows, std::size_t k, std::size_t gates) {
        return left_elements(rows, k) + rows_of(rows) * gates * group_of(gates);
    }
    std::size_t elements() const { return factor_.shape.k * factor_.shape.units * factor_.shape.gates; }
    std::size_t group() const { return group_of(factor_.shape.gates); }
    std::size_t sum_stride() const { return factor_.shape.gates * group(); }
    /// The number of registers that hold the sums of `units` units of one row.
    std::size_t registers(std::size_t units) const {
        return (factor_.shape.gates * units + lanes - 1) / lanes;
    }
    T* panels_of(std::size_t unit) const { return panels_ + unit * factor_.shape.k * factor_.shape.gates; }

    template <class F>
    void for_each_group(int parts, int part, F f) const {
        const Range range = detail::balanced_range(factor_.shape.units, parts, part, group());
        for (std::size_t u = range.begin; u < range.end; u += group())
            f(Range{u, std::min(range.end, u + group())});
    }

    /// Packs the columns of a group, gate by gate, into panels of two registers (the last panel may have
    /// one).
    void pack(Range units) const {
        T* panel = panels_of(units.begin);
        const std::size_t k = factor_.shape.k, count = units.size();
        if (factor_.turned) {
            const Matrix<const T> rows{factor_.b.row(units.begin), factor_.b.stride};
            if (registers(count) == 2) {
                detail::pack_rows<Arch, width>(count, k, rows, panel);
            } else {
                detail::pack_rows<Arch, lanes>(count, k, rows, panel);
            }
            return;
        }
        const std::size_t columns = factor_.shape.gates * count;
        for (std::size_t first = 0; first < columns; first += width) {
            const std::size_t wide = registers(count) * lanes - first < width ? lanes : width;
            for (std::size_t p = 0; p < k; ++p, panel += wide) {
                if (count == lanes) {
                    // One register of each gate.
                    for (std::size_t at = 0; at < wide; at += lanes)
                        Register<T, Arch>::load_unaligned(
                            factor_.b.row(p) + (first + at) / lanes * factor_.shape.units + units.begin)
                            .store_unaligned(panel + at);
                    continue;
                }
                for (std::size_t at = first; at < first + wide;) {
                    const std::size_t gate = at / count, unit = at % count;
                    const std::size_t length = std::min(count - unit, first + wide - at);
                    T* const to = panel + (at - first);
                    if (gate >= factor_.shape.gates) {
                        std::fill_n(to, first + wide - at, T{0});
                        break;
                    }
                    std::copy_n(factor_.b.row(p) + gate * factor_.shape.units + units.begin + unit, length,
                                to);
                    at += length;
                }
            }
        }
    }

    void pack_left(const StepLeft<T>& left, Range rows, T* packed) const {
        const std::size_t k = factor_.shape.k;
        for (std::size_t i = 0; i < rows.size();) {
            const std::size_t height = detail::next_tile_height<Arch>(rows.size() - i);
            const std::size_t count = std::min(height, rows.size() - i);
            constexpr auto& h = detail::tile_heights<Arch>;
            const auto pack = [&]<std::size_t Height>() {
                // Packing the first part may write beyond its end, so the second part is packed after it.
                T* const to = packed + i * k;
                detail::pack_rows<Arch, Height>(
                    count, left.first_k, Matrix<const T>{left.first.row(rows.begin + i), left.first.stride},
                    to);
                if (left.second_k > 0)
                    detail::pack_rows<Arch, Height>(
                        count, left.second_k,
                        Matrix<const T>{left.second.row(rows.begin + i), left.second.stride},
                        to + left.first_k * Height);
            };
            if (height == h[0]) {
                pack.template operator()<h[0]>();
            } else if (height == h[1]) {
                pack.template operator()<h[1]>();
            } else if (height == h[2]) {
                pack.template operator()<h[2]>();
            } else {
                pack.template operator()<h[3]>();
            }
            i += count;
        }
    }

    void multiply(std::size_t rows, Range units, const T* packed, T* sums) const {
        const std::size_t k = factor_.shape.k, stride = sum_stride();
        const std::size_t columns = registers(units.size()) * lanes;
        const T* panel = panels_of(units.begin);
        for (std::size_t first = 0; first < columns; first += width) {
            const std::size_t count = columns - first < width ? 1 : 2;
            // The panels are contiguous, so the hardware prefetcher follows them; explicit prefetching of
            // the next panel was 3 to 5 % slower.
            for (std::size_t i = 0; i < rows;) {
                const std::size_t height = detail::next_tile_height<Arch>(rows - i);
                detail::multiply_tile<Arch>(height, count,
                                            detail::TileWork<T>{.k = k,
                                                                .a = packed + i * k,
                                                                .b = panel,
                                                                .b_stride = count * lanes,
                                                                .c = {sums + i * stride + first, stride},
                                                                .resume = false,
                                                                .last = false,
                                                                .bias = nullptr,
                                                                .magnitude = nullptr,
                                                                .activation = Activation::none,
                                                                .next = nullptr,
                                                                .next_stride = 0,
                                                                .next_rows = 0});
                i += std::min(height, rows - i);
            }
            panel += k * count * lanes;
        }
    }

    StepFactor<T> factor_;
    T* panels_;
    T* workspace_;
    Threads& threads_;
};

}  // namespace alrao::kernels

#pragma GCC diagnostic pop
