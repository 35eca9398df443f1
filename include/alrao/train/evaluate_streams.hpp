#pragma once

#include <alrao/model/predict.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/threads.hpp>
#include <alrao/train/evaluation.hpp>
#include <alrao/train/streams.hpp>
#include <alrao/train/task.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace alrao {

/// How to run over streams in prediction mode.
struct StreamEvaluateOptions {
    int threads = 1;                         ///< that compute, the calling one included
    Averaged averaged = Averaged::standard;  ///< of a head with copies
};

namespace detail {

/// Tokens that the network's Embedding has a vector for; 0: it has no Embedding.
template <class Net>
constexpr std::size_t embedded_tokens() {
    for (const ParameterEntry& entry : Net::network::parameters)
        if (entry.role == Role::embedding) return entry.extents[0];
    return 0;
}

}  // namespace detail

/// Refuses streams that the network cannot be given. `caller` begins the message.
/// @throws ArgumentError on a token that its Embedding or its head does not have
template <class Net>
[[gnu::cold]] void require_fitting_streams(const Streams& streams, const char* caller) {
    constexpr Shape in = Net::network::input_shape, out = Net::network::output_shape;
    static_assert(in.per_token && in.size() == 1,
                  "alrao: Streams hold tokens: begin the network with Tokens, Embedding");
    static_assert(
        !(in.per_token && in.size() == 1) || (out.per_token && task_of<Net> == Task::classification),
        "alrao: Streams have a label for each token: end the network with a classifier of "
        "all steps");
    constexpr std::size_t embedded = detail::embedded_tokens<Net>();
    constexpr std::size_t words = embedded == 0 ? out.size() : std::min(embedded, out.size());
    for (std::size_t i = 0; i < streams.tokens().size(); ++i)
        if (static_cast<std::size_t>(streams.tokens()[i]) >= words)
            fail({"alrao: ", caller, ": token ", i, " is ", streams.tokens()[i], "; the network has ",
                  embedded == 0 ? "" : message_of({"an Embedding of ", embedded, " tokens and "}),
                  "a head of ", out.size(), " classes"});
}

/// Evaluates again and again in memory of its own: what fit validates with. Begins with a carried
/// state of zero, and carries it over the chunks, so that the result does not depend on their
/// length (but for rounding).
template <class Net, class Backend = DefaultBackend>
class StreamEvaluator {
public:
    using T = typename Net::scalar;

    StreamEvaluator(const Streams& streams, Threads& threads)
        : streams_(&streams), workspace_(streams.streams(), threads, streams.chunk()), buffers_(streams) {}

    Evaluation operator()(const Net& net, Averaged averaged = Averaged::standard) {
        BatchLoss sums;
        workspace_.state().reset();
        for (std::size_t c = 0; c < streams_->chunks(); ++c)
            sums += workspace_.evaluate(net, buffers_.gather(*streams_, c), averaged);
        return evaluation_of(sums, task_of<Net>, Net::network::output_shape.size());
    }

private:
    const Streams* streams_;
    Workspace<Net, Backend> workspace_;
    ChunkBuffers<T> buffers_;
};

/// Loss (mean over tokens, in nats; `bits()` of it per token) and accuracy of a model on streams.
/// More streams are faster, but each begins without a past.
/// @throws ArgumentError if the tokens do not fit the network
template <class Backend = DefaultBackend, TrainableModel Net>
[[nodiscard]] Evaluation evaluate(const Net& net, const Streams& streams,
                                  const StreamEvaluateOptions& options = {}) {
    require_fitting_streams<Net>(streams, "evaluate");
    Threads threads(options.threads);
    return StreamEvaluator<Net, Backend>(streams, threads)(net, options.averaged);
}

// A call that does not fit, refused in words.
template <class Backend = DefaultBackend, TrainableModel Net, class Options>
    requires(!std::is_convertible_v<Options, StreamEvaluateOptions>)
Evaluation evaluate(const Net&, const Streams&, const Options&) {
    static_assert(sizeof(Options*) == 0,
                  "alrao: of Streams evaluate takes StreamEvaluateOptions, in braces: evaluate(net, "
                  "streams, {.threads = 2}); how many at once, and chunks of which length, Streams say");
    return {};
}

}  // namespace alrao
