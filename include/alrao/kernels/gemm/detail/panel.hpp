#pragma once

#include <alrao/kernels/gemm/operands.hpp>
#include <alrao/kernels/gemm/pack.hpp>
#include <alrao/kernels/gemm/tile.hpp>
#include <alrao/shape/extents.hpp>

#include <algorithm>
#include <cstddef>

namespace alrao::kernels::detail {

/// Packs rows [first, first + rows) of A, columns [p, p + depth), into panels as high as the tiles that
/// cover them.
template <class Arch, class T>
inline void pack_left(const Product<T>& product, std::size_t first, std::size_t rows, std::size_t p,
                      std::size_t depth, T* packed) {
    // The number of panels that are packed together. Their rows are adjacent in A; with tiles of 12 rows, a
    // row of four panels is a whole number of cache lines long.
    constexpr std::size_t panels_at_once = 4;
    for (std::size_t i = 0; i < rows;) {
        const std::size_t height = next_tile_height<Arch>(rows - i);
        const std::size_t count = std::min(height, rows - i);
        constexpr auto& heights = tile_heights<Arch>;
        if (product.form == Form::tn && rows - i >= panels_at_once * tile_rows<Arch>) {
            pack_adjacent<Arch, tile_rows<Arch>, panels_at_once>(
                depth, Matrix<const T>{product.a.row(p) + first + i, product.a.stride}, packed + i * depth);
            i += panels_at_once * tile_rows<Arch>;
            continue;
        }
        const auto pack = [&]<std::size_t Height>() {
            if (product.form == Form::tn) {
                pack_columns<Arch, Height>(count, depth,
                                           Matrix<const T>{product.a.row(p) + first + i, product.a.stride},
                                           packed + i * depth);
                repeat_last_column<Height>(count, depth, packed + i * depth);
            } else {
                pack_rows<Arch, Height>(count, depth,
                                        Matrix<const T>{product.a.row(first + i) + p, product.a.stride},
                                        packed + i * depth);
            }
        };
        if (height == heights[0]) {
            pack.template operator()<heights[0]>();
        } else if (height == heights[1]) {
            pack.template operator()<heights[1]>();
        } else if (height == heights[2]) {
            pack.template operator()<heights[2]>();
        } else {
            pack.template operator()<heights[3]>();
        }
        i += count;
    }
}

/// The columns of B that one column of tiles reads: as many as a tile is wide, or fewer at the right
/// edge.
template <class Arch, class T>
struct Panel {
    std::size_t columns;
    Form form;
    bool in_place;           // read B without packing, because few tiles read the panel
    Matrix<const T> source;  // B from the first column of the panel and the first row of the block
    T* packed;

    Panel(const Product<T>& product, std::size_t j, Range depth, bool read_by_few_tiles, T* buffer)
        : columns(std::min(tile_width<Arch, T>, product.n - j)),
          form(product.form),
          in_place(form != Form::nt && columns == tile_width<Arch, T> && read_by_few_tiles),
          source{form == Form::nt ? product.b.row(j) + depth.begin : product.b.row(depth.begin) + j,
                 product.b.stride},
          packed(buffer) {}

    /// The width of the tiles in registers: 1 or 2.
    [[nodiscard]] std::size_t registers() const { return columns > register_width<T, Arch> ? 2 : 1; }
    /// The matrix that the tiles read: a part of B or the packed panel.
    [[nodiscard]] Matrix<const T> rows() const {
        return in_place ? source : Matrix<const T>{packed, registers() * register_width<T, Arch>};
    }
    /// True if the tiles of the preceding panel pack this one. They can only copy full rows of B.
    [[nodiscard]] bool packed_by_tiles() const {
        return !in_place && form != Form::nt && columns == tile_width<Arch, T>;
    }
    /// Packs the terms `depth` of the panel, unless it is read in place.
    void pack(Range depth) const {
        if (in_place || depth.empty()) return;
        if (registers() == 2) {
            pack_as<tile_width<Arch, T>>(depth);
        } else {
            pack_as<register_width<T, Arch>>(depth);
        }
    }

private:
    template <std::size_t Width>
    void pack_as(Range depth) const {
        T* const to = packed + depth.begin * Width;
        if (form == Form::nt) {
            pack_rows<Arch, Width>(columns, depth.size(),
                                   Matrix<const T>{source.data + depth.begin, source.stride}, to);
        } else {
            pack_columns<Arch, Width>(columns, depth.size(),
                                      Matrix<const T>{source.row(depth.begin), source.stride}, to);
        }
    }
};

}  // namespace alrao::kernels::detail
