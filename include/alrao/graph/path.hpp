#pragma once

#include <alrao/layers/composition.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace alrao {

/// Position of a layer: its index in the network, followed by its index in each composition that contains
/// it, from the outermost inwards. Indices start at 0.
struct Path {
    static constexpr std::size_t max_depth = 8;
    std::array<std::uint16_t, max_depth> place{};
    std::size_t depth = 0;
    bool cut = false;  ///< nested too deeply: the innermost indices are missing

    /// The path of element `at` of the composition at this path.
    constexpr Path child(std::size_t at) const {
        Path path = *this;
        if (path.depth == max_depth) path.cut = true;
        else path.place[path.depth++] = static_cast<std::uint16_t>(at);
        return path;
    }
    constexpr bool operator==(const Path&) const = default;
};

namespace graph {

/// Receives the paths of the leaves of a composition, in the order of Flat<...>::leaves.
struct PathWriter {
    Path* next;
    constexpr void leaf(const Path& path) { *next++ = path; }
};

/// Writes the paths of the leaves of a layer or composition, which itself has the given path. A mark has the path
/// of its composition; the mark before a Shortcut has the path of the Shortcut.
template <class Layer>
struct Paths {
    static constexpr void write(const Path& path, PathWriter& out) { out.leaf(path); }
};

// A loop over a table of functions, because clang limits fold expressions to 256 terms.
template <class... Layers>
constexpr void write_sequence(const Path& path, PathWriter& out, std::size_t first = 0) {
    using Write = void (*)(const Path&, PathWriter&);
    constexpr std::array<Write, sizeof...(Layers)> writers{&Paths<Layers>::write...};
    for (std::size_t i = 0; i < writers.size(); ++i) writers[i](path.child(first + i), out);
}

template <class... Layers>
struct Paths<Branch<Layers...>> {
    static constexpr void write(const Path& path, PathWriter& out) { write_sequence<Layers...>(path, out); }
};
template <class... Layers>
struct Paths<Shortcut<Layers...>> {
    static constexpr void write(const Path& path, PathWriter& out) { write_sequence<Layers...>(path, out); }
};
template <std::size_t N, class... Layers>
struct Paths<Repeat<N, Layers...>> {
    static constexpr void write(const Path& path, PathWriter& out) {
        for (std::size_t i = 0; i < N; ++i) write_sequence<Layers...>(path, out, i * sizeof...(Layers));
    }
};
template <class Part>
constexpr void write_part(const Path& path, PathWriter& out) {
    if constexpr (layers::is_shortcut<Part>) out.leaf(path);
    Paths<Part>::write(path, out);
}
template <class... Layers>
struct Paths<Residual<Layers...>> {
    static constexpr void write(const Path& path, PathWriter& out) {
        using Write = void (*)(const Path&, PathWriter&);
        constexpr std::array<Write, sizeof...(Layers)> writers{&write_part<Layers>...};
        out.leaf(path);
        for (std::size_t i = 0; i < writers.size(); ++i) writers[i](path.child(i), out);
        if constexpr (!(layers::is_shortcut<Layers> || ...)) out.leaf(path);
        out.leaf(path);
    }
};
template <class Branch>
constexpr void write_next_branch(const Path& path, PathWriter& out) {
    out.leaf(path);
    Paths<Branch>::write(path, out);
}
template <class First, class... Rest>
struct Paths<Concat<First, Rest...>> {
    static constexpr void write(const Path& path, PathWriter& out) {
        using Write = void (*)(const Path&, PathWriter&);
        constexpr std::array<Write, 1 + sizeof...(Rest)> writers{&Paths<First>::write,
                                                                 &write_next_branch<Rest>...};
        out.leaf(path);
        for (std::size_t i = 0; i < writers.size(); ++i) writers[i](path.child(i), out);
        out.leaf(path);
    }
};
template <>
struct Paths<Concat<>> {
    static constexpr void write(const Path&, PathWriter&) {}
};

/// The paths of all leaves of a network, in order.
template <std::size_t Count, class... Layers>
constexpr std::array<Path, Count> leaf_paths() {
    std::array<Path, Count> paths{};
    PathWriter out{paths.data()};
    write_sequence<Layers...>(Path{}, out);
    return paths;
}

}  // namespace graph
}  // namespace alrao
