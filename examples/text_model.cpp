// The code of docs/guide/text.md, on a generated text.
// [nets]
#include <alrao/alrao.hpp>
#include <alrao/data/text.hpp>
#include <alrao/data/vocabulary_file.hpp>
#include <alrao/io/carried_state.hpp>
#include <alrao/io/optimizer_state.hpp>

#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iostream>
#include <string>
using namespace alrao;

struct Characters : Model<Tokens, Embedding<50, 24>, LSTM<48>, Dropout<Percent<10>>, LSTM<48>,
                          AveragedHead<SoftmaxClassifier<50>, 6>> {  // up to 50 different characters
    using Model::Model;
};
struct LongOrShort : Model<Sequence<3>, GRU<8>, LastStep, SoftmaxClassifier<2>> {
    using Model::Model;  // one output per sequence
};
static_assert(Characters::network::output_shape.per_token);
static_assert(!LongOrShort::network::output_shape.per_token);
// [/nets]

std::string sentences(std::size_t count, Seed seed) {
    const char* const who[] = {"the bank ", "a court ", "nobody "};
    const char* const did[] = {"sold ", "bought "};
    const char* const what[] = {"shares", "the company", "bonds"};
    Philox random(seed, 0);
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
        text = text + who[random.below(3)] + did[random.below(2)] + what[random.below(3)] + "\n";
    return text;
}

int main() {
    const std::string novel = sentences(2000, Seed{1});

    // [read]
    const data::Texts texts = data::split_text(novel, {.train = 0.8, .validation = 0.1},
                                               {.rules = {.unit = data::TextUnit::characters}});
    const Streams train(texts.train.tokens, {.streams = 20, .chunk = 40});
    const Streams validation(texts.validation.tokens, {.streams = 4, .chunk = 40});
    // [/read]

    // [fit]
    Characters net{Seed{1}};
    AlraoOptimizer optimizer{net, LogUniform{1e-3, 100}, Seed{2}, {.clip_norm = 0.25}};
    fit(net, optimizer, train, {.epochs = 3, .validation = &validation, .seed = Seed{3}});
    const Evaluation end = evaluate(net, validation);
    std::cout << end.bits() << " bits per character\n";
    // [/fit]

    // [predict]
    xt::xtensor<std::int32_t, 2> text(std::array<std::size_t, 2>{200, 1});  // [steps, streams]
    std::copy_n(texts.test.tokens.begin(), 200, text.begin());
    const xt::xtensor<float, 3> next = predict_sequences(net, text);  // [steps, streams, classes]
    // [/predict]

    // [state]
    const xt::xtensor<std::int32_t, 2> first = xt::view(text, xt::range(0, 120));
    const xt::xtensor<std::int32_t, 2> rest = xt::view(text, xt::range(120, 200));
    CarriedState<Characters> state(1);  // for one stream, initially 0
    (void)predict_sequences(net, first, state);
    save(net, state, "characters.safetensors");  // in the middle of the text
    data::save(texts.vocabulary, "characters.vocabulary");

    Characters loaded{Seed{0}};
    CarriedState<Characters> there(1);
    load(loaded, there, "characters.safetensors");
    const xt::xtensor<float, 3> on = predict_sequences(loaded, rest, there);
    // [/state]
    const float difference = xt::amax(xt::abs(on - xt::view(next, xt::range(120, 200))))();

    // [loop]
    Threads threads{2};
    Trainer trainer{net, optimizer, train.streams(), threads, Seed{4}, train.chunk()};
    ChunkBuffers<float> chunk(train);
    trainer.state().reset();  // at the beginning of new sequences
    for (std::size_t c = 0; c < train.chunks(); ++c) trainer.train_step(chunk.gather(train, c));
    save(net, trainer.state(), optimizer, "run.safetensors");
    // [/loop]

    // [sample]
    Workspace<Characters> workspace(1, threads);
    Philox random(Seed{5}, 0);
    std::string made_up;
    std::int32_t token = texts.vocabulary.find("\n").value();
    for (int i = 0; i < 80; ++i) {
        const auto input = static_cast<float>(token);
        const float* const probability = workspace.run(net, &input, 1).row(0);
        double left = random.uniform();
        token = 0;
        while (token + 1 < static_cast<std::int32_t>(texts.vocabulary.size()) &&
               (left -= static_cast<double>(probability[token])) > 0)
            ++token;
        made_up += texts.vocabulary[token];
    }
    std::cout << made_up << '\n';
    // [/sample]
    return end.bits() < 1.5 && difference < 1e-4F ? 0 : 1;
}
