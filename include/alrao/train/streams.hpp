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

/// How a sequence is read by several heads at once.
struct StreamOptions {
    std::size_t streams = 20;  ///< places at which it is read at once: the batch
    std::size_t chunk = 70;    ///< steps of one piece: how far gradients go back
};

/// One long sequence of tokens, such as a text, as a network reads it that learns to predict the
/// next token: parted into `streams` streams of equal length, each cut into chunks of `chunk`
/// steps, the last one shorter if need be. The label of a token is the token behind it, in the next
/// chunk or the next stream too.
///
/// Of N tokens each stream has L = (N - 1) / streams, rounded down: stream s reads tokens s L to
/// (s + 1) L - 1. So all tokens but the first are predicted, once each, but for fewer than
/// `streams` at the end. A view, as Dataset is: the tokens have to stay where they are; temporaries
/// are refused.
class Streams {
public:
    /// @throws ArgumentError on no streams or an empty chunk, on fewer than streams x (chunk + 1)
    /// tokens, on a negative token, and on an array with gaps or of several extents
    template <ArrayOf<std::int32_t> Tokens>
        requires detail::Lasting<Tokens>
    explicit Streams(Tokens&& tokens, const StreamOptions& options = {})
        : Streams(sequence_of(tokens), options, 0) {}
    template <ArrayOf<std::int32_t> Tokens,
              meta::FixedString Why =
                  "alrao: Streams are a view, and would outlive these tokens: keep them in a variable">
        requires(detail::refused_by_argument && !detail::Lasting<Tokens>)
    explicit Streams(Tokens&& tokens, const StreamOptions& options = {}) = delete;
    template <ArrayOf<std::int32_t> Tokens>
        requires(detail::refused_by_attribute && !detail::Lasting<Tokens>)
    __attribute__((unavailable("alrao: Streams are a view, and would outlive these tokens: keep them in a variable"))) explicit Streams(
        Tokens&& tokens, const StreamOptions& options = {});
    template <class Tokens, class Options = StreamOptions>
        requires(!detail::HoldsOneOf<Tokens, void> && !ArrayOf<Tokens, std::int32_t>)
    explicit Streams(const Tokens&, const Options& = {}) {
        static_assert(sizeof(Tokens*) == 0,
                      "alrao: tokens are std::int32_t, in one piece of memory: std::vector<std::int32_t> "
                      "tokens(x.begin(), x.end());");
    }
    template <ArrayOf<std::int32_t> Tokens, class Options>
        requires(!std::is_convertible_v<const Options&, StreamOptions>)
    Streams(const Tokens&, const Options&) {
        static_assert(sizeof(Options*) == 0,
                      "alrao: behind the tokens Streams takes its options, in braces: Streams(tokens, "
                      "{.streams = 20, .chunk = 70})");
    }

    [[nodiscard]] std::size_t streams() const { return options_.streams; }
    /// Steps of the longest chunk.
    [[nodiscard]] std::size_t chunk() const { return options_.chunk; }
    /// Steps of a stream.
    [[nodiscard]] std::size_t steps() const { return (tokens_.size() - 1) / options_.streams; }
    /// Tokens that are predicted: those of all streams.
    [[nodiscard]] std::size_t size() const { return steps() * options_.streams; }
    /// Chunks of a stream.
    [[nodiscard]] std::size_t chunks() const { return (steps() + options_.chunk - 1) / options_.chunk; }
    /// Steps of chunk c: the last one may have fewer.
    /// @throws ArgumentError if there is no such chunk
    [[nodiscard]] std::size_t steps(std::size_t c) const {
        if (c >= chunks()) fail({"alrao: Streams: there is no chunk ", c, ", streams have ", chunks()});
        return std::min(options_.chunk, steps() - c * options_.chunk);
    }
    [[nodiscard]] std::span<const std::int32_t> tokens() const { return tokens_; }
    /// What stream s reads at step t; its label stands behind it.
    [[nodiscard]] const std::int32_t& at(std::size_t s, std::size_t t) const {
        return tokens_[s * steps() + t];
    }

    /// What the streams are, see DataSource: a sample is a token that is predicted.
    [[nodiscard]] DataContents contents() const {
        return {.samples = size(),
                .sample = Extents{1},
                .streams = streams(),
                .time_steps = std::min(chunk(), steps())};
    }
    /// A reader of the streams, chunk by chunk, see DataSource. A batch is one chunk of all streams.
    template <class T>
    [[nodiscard]] StreamReader<T> reader(const ReadOptions& options) const;

private:
    template <class Tokens>
    static std::span<const std::int32_t> sequence_of(const Tokens& tokens) {
        if constexpr (ShapedArray<Tokens>) {
            if (tokens.shape().size() != 1) fail("alrao: Streams: tokens are one sequence");
            detail::sample_extents(tokens, "tokens", "Streams");
        }
        return {detail::first_of<std::int32_t>(tokens), tokens.size()};
    }

    Streams(std::span<const std::int32_t> tokens, const StreamOptions& options, int)
        : tokens_(tokens), options_(options) {
        if (options.streams == 0 || options.chunk == 0)
            fail({"alrao: Streams: got ", options.streams, " streams and chunks of ", options.chunk,
                  " steps; both have to be at least 1"});
        // chunk + 1 could wrap, and so could the product.
        if (options.chunk >= tokens.size() || tokens.size() / options.streams < options.chunk + 1)
            fail({"alrao: Streams: ", options.streams, " streams and chunks of ", options.chunk,
                  " steps need ", options.streams, " x (", options.chunk, " + 1) tokens, the sequence has ",
                  tokens.size()});
        for (std::size_t i = 0; i < tokens.size(); ++i)
            if (tokens[i] < 0)
                fail({"alrao: Streams: token ", i, " is ", tokens[i], "; tokens count from 0"});
    }

    std::span<const std::int32_t> tokens_;
    StreamOptions options_;
};

/// Memory for one chunk of all streams, as a network takes it: [steps, streams], time-major.
template <class T>
class ChunkBuffers {
public:
    explicit ChunkBuffers(const Streams& streams)
        : inputs_(streams.chunk() * streams.streams()), labels_(inputs_.size()) {}

    /// Copies chunk c here. Allocates nothing.
    /// @throws ArgumentError if there is none, or it is longer than the memory was made for
    Batch<T> gather(const Streams& streams, std::size_t c) {
        return gather(streams, c * streams.chunk(), streams.steps(c));
    }

    /// Copies the `steps` steps from step `first` on here: a piece that begins where no chunk does.
    /// @throws ArgumentError if the streams end before, or it is longer than the memory was made for
    Batch<T> gather(const Streams& streams, std::size_t first, std::size_t steps) {
        const std::size_t batch = streams.streams(), length = streams.steps();
        if (first > length || steps > length - first)
            fail({"alrao: Streams: there are no ", steps, " steps from step ", first, " on, streams have ",
                  length});
        if (steps * batch > inputs_.size())
            fail({"alrao: these chunk buffers hold ", inputs_.size(), " tokens, from step ", first, " on ",
                  steps, " steps of ", batch, " streams were asked for"});
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

/// Reads Streams, see DataReader. Refers to the tokens. Allocates in its constructor only.
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
