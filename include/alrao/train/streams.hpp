#pragma once

#include <alrao/model/batch.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/memory.hpp>
#include <alrao/tensor/refused.hpp>
#include <alrao/train/data_source.hpp>
#include <alrao/train/dataset.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace alrao {

template <class T>
class StreamReader;

/// How a sequence is divided into streams and chunks.
struct StreamOptions {
    std::size_t streams = 20;  ///< number of parts of the sequence that are read in parallel; the batch size
    std::size_t chunk = 70;    ///< time steps of one chunk; gradients stop at the beginning of a chunk
};

/// One long sequence of tokens, such as a text, from which a network learns to predict the next token. It is divided
/// into `streams` streams of equal length, and each stream into chunks of `chunk` time steps; the last chunk may have
/// fewer. The label of a token is the token after it in the sequence, also at the end of a chunk or of a stream.
///
/// Each stream has L = (N - 1) / streams time steps, rounded down, where N is the number of tokens: stream s reads
/// tokens s L to (s + 1) L - 1. Each token but the first is predicted once; up to `streams` - 1 tokens at the end are
/// not predicted. Streams are a view, as a Dataset is: the tokens must outlive them and stay in place. Temporary
/// arrays are rejected at compile time.
class Streams {
public:
    /// `tokens`: a vector, span or xtensor [N] of std::int32_t.
    /// @throws ArgumentError if streams or chunk is 0, there are fewer than streams x (chunk + 1) tokens, a token is
    /// negative, or the array has gaps or more than one extent
    template <ArrayOf<std::int32_t> Tokens>
        requires detail::Lasting<Tokens>
    explicit Streams(Tokens&& tokens, const StreamOptions& options = {})
        : Streams(sequence_of(tokens), options, 0) {}
    template <ArrayOf<std::int32_t> Tokens,
              meta::FixedString Why =
                  "alrao: Streams are a view and would outlive these temporary tokens: keep them in a "
                  "variable">
        requires(detail::refused_by_argument && !detail::Lasting<Tokens>)
    explicit Streams(Tokens&& tokens, const StreamOptions& options = {}) = delete;
    template <ArrayOf<std::int32_t> Tokens>
        requires(detail::refused_by_attribute && !detail::Lasting<Tokens>)
    __attribute__((unavailable(
        "alrao: Streams are a view and would outlive these temporary tokens: keep "
        "them in a variable"))) explicit Streams(Tokens&& tokens, const StreamOptions& options = {});
    template <class Tokens, class Options = StreamOptions>
        requires(!detail::HoldsOneOf<Tokens, void> && !ArrayOf<Tokens, std::int32_t>)
    explicit Streams(const Tokens&, const Options& = {}) {
        static_assert(sizeof(Tokens*) == 0,
                      "alrao: tokens must be contiguous std::int32_t: std::vector<std::int32_t> "
                      "tokens(x.begin(), x.end());");
    }
    template <ArrayOf<std::int32_t> Tokens, class Options>
        requires(!std::is_convertible_v<const Options&, StreamOptions>)
    Streams(const Tokens&, const Options&) {
        static_assert(sizeof(Options*) == 0,
                      "alrao: after the tokens Streams takes its options, in braces: Streams(tokens, "
                      "{.streams = 20, .chunk = 70})");
    }

    /// The number of streams.
    [[nodiscard]] std::size_t streams() const { return options_.streams; }
    /// The number of time steps of the longest chunk.
    [[nodiscard]] std::size_t chunk() const { return options_.chunk; }
    /// The number of time steps of a stream.
    [[nodiscard]] std::size_t steps() const { return (tokens_.size() - 1) / options_.streams; }
    /// The number of predicted tokens of all streams.
    [[nodiscard]] std::size_t size() const { return steps() * options_.streams; }
    /// The number of chunks of a stream.
    [[nodiscard]] std::size_t chunks() const { return (steps() + options_.chunk - 1) / options_.chunk; }
    /// The number of time steps of chunk c; the last chunk may have fewer than the others.
    /// @throws ArgumentError if there is no such chunk
    [[nodiscard]] std::size_t steps(std::size_t c) const {
        if (c >= chunks()) fail({"alrao: Streams: there is no chunk ", c, ", streams have ", chunks()});
        return std::min(options_.chunk, steps() - c * options_.chunk);
    }
    /// All tokens of the sequence.
    [[nodiscard]] std::span<const std::int32_t> tokens() const { return tokens_; }
    /// The token that stream s, below streams(), reads at time step t, below steps(). The element after it in
    /// memory is its label.
    [[nodiscard]] const std::int32_t& at(std::size_t s, std::size_t t) const {
        return tokens_[s * steps() + t];
    }

    /// Number and extents of the samples, see DataSource. A sample is a predicted token.
    [[nodiscard]] DataContents contents() const {
        return {.samples = size(),
                .sample = Extents{1},
                .streams = streams(),
                .time_steps = std::min(chunk(), steps())};
    }
    /// A reader of the streams, see DataSource. A batch is one chunk of all streams.
    template <class T>
    [[nodiscard]] StreamReader<T> reader(const ReadOptions& options) const;

private:
    template <class Tokens>
    static std::span<const std::int32_t> sequence_of(const Tokens& tokens) {
        if constexpr (ShapedArray<Tokens>) {
            if (tokens.shape().size() != 1) fail("alrao: Streams: the array of tokens must have one extent");
            detail::sample_extents(tokens, "tokens", "Streams");
        }
        return {detail::first_of<std::int32_t>(tokens), tokens.size()};
    }

    Streams(std::span<const std::int32_t> tokens, const StreamOptions& options, int)
        : tokens_(tokens), options_(options) {
        if (options.streams == 0 || options.chunk == 0)
            fail({"alrao: Streams: got ", options.streams, " streams and chunks of ", options.chunk,
                  " steps; both must be at least 1"});
        // chunk + 1 could wrap, and so could the product.
        if (options.chunk >= tokens.size() || tokens.size() / options.streams < options.chunk + 1)
            fail({"alrao: Streams: ", options.streams, " streams and chunks of ", options.chunk,
                  " steps need ", options.streams, " x (", options.chunk, " + 1) tokens, the sequence has ",
                  tokens.size()});
        for (std::size_t i = 0; i < tokens.size(); ++i)
            if (tokens[i] < 0)
                fail({"alrao: Streams: token ", i, " is ", tokens[i], "; tokens are indices from 0"});
    }

    std::span<const std::int32_t> tokens_;
    StreamOptions options_;
};

/// Memory for one chunk of all streams, in the layout of a network's input: [time steps, streams].
template <class T>
class ChunkBuffers {
public:
    /// For chunks of up to streams.chunk() time steps.
    explicit ChunkBuffers(const Streams& streams)
        : inputs_(streams.chunk() * streams.streams()), labels_(inputs_.size()) {}

    /// Copies chunk c, and returns it as a batch, which is valid until the next call. Allocates nothing.
    /// @throws ArgumentError if there is no such chunk, or it does not fit into the memory
    Batch<T> gather(const Streams& streams, std::size_t c) {
        return gather(streams, c * streams.chunk(), streams.steps(c));
    }

    /// As above, with `steps` time steps that begin with step `first`, which need not begin a chunk.
    /// @throws ArgumentError if the streams have fewer steps, or the steps do not fit into the memory
    Batch<T> gather(const Streams& streams, std::size_t first, std::size_t steps) {
        const std::size_t batch = streams.streams(), length = streams.steps();
        if (first > length || steps > length - first)
            fail({"alrao: Streams: there are no ", steps, " steps from step ", first, " on; streams have ",
                  length});
        if (steps * batch > inputs_.size())
            fail({"alrao: these chunk buffers hold ", inputs_.size(), " tokens, but ", steps, " steps of ",
                  batch, " streams (beginning with step ", first, ") were requested"});
        for (std::size_t s = 0; s < batch; ++s) {
            const std::int32_t* token = &streams.at(s, first);
            for (std::size_t t = 0; t < steps; ++t) {
                inputs_.data()[t * batch + s] = static_cast<T>(token[t]);
                labels_.data()[t * batch + s] = token[t + 1];
            }
        }
        return {.inputs = inputs_.data(),
                .truth = {.labels = labels_.data()},
                .samples = batch,
                .time_steps = steps};
    }

private:
    AlignedBuffer<T> inputs_;
    AlignedBuffer<std::int32_t> labels_;
};

/// Reads Streams, see DataReader. The tokens must outlive it. Allocates memory in its constructor only.
template <class T>
class StreamReader {
public:
    explicit StreamReader(const Streams& streams) : streams_(streams), buffers_(streams) {}

    void begin_epoch(std::uint64_t, std::size_t seen) { begin_ = seen / streams_.streams(); }
    [[nodiscard]] std::size_t batches(std::size_t seen) const {
        return (streams_.steps() - seen / streams_.streams() + streams_.chunk() - 1) / streams_.chunk();
    }
    [[nodiscard]] Batch<T> batch(std::size_t c) {
        const std::size_t first = begin_ + c * streams_.chunk();
        return buffers_.gather(streams_, first, std::min(streams_.chunk(), streams_.steps() - first));
    }

private:
    Streams streams_;
    std::size_t begin_ = 0;  // step of the streams at which the epoch continues
    ChunkBuffers<T> buffers_;
};

template <class T>
StreamReader<T> Streams::reader(const ReadOptions&) const {
    return StreamReader<T>(*this);
}

}  // namespace alrao
