// Learns to predict the next character or word of a text as the Alrao paper does (arXiv 1810.01322, section 4): the
// Penn Treebank by characters, two LSTM layers of 100, 20 streams, chunks of 70 steps; Alrao with 6 copies and rates in
// [1e-3, 100], one learning rate, or both for comparison. It also reads any other text. The program of
// docs/experiments/penn_treebank.md.
//
//   ptb --epochs 10                                 Alrao on the Penn Treebank (see data/penn_treebank.hpp)
//   ptb --compare --epochs 10 --csv runs.csv        Alrao, Adam, and SGD at 0.1, 1 and 10; one table
//   ptb --units words --epochs 2
//   ptb --text novel.txt --epochs 20 --save novel.safetensors --sample 500
//   ptb --load novel.safetensors --sample 2000      generates text
//
// With --csv, a program that was stopped and is started again makes only the runs that are not in the file. The size
// of the vocabulary is a constant of the network's type: 50 or 256 characters (the smaller one that suffices) or 10,000
// words. A larger vocabulary is cut to the most frequent characters or words; the others become <unk>.

#include "ptb_nets.hpp"

#include <alrao/data/penn_treebank.hpp>
#include <alrao/data/vocabulary_file.hpp>
#include <alrao/io/crc32.hpp>

#include <cmath>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <numbers>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace experiments;

struct Files {
    std::string text, train, validation, test;
    std::pair<double, double> fractions{0.8, 0.1};
};

const TextNetwork& network_for(const data::Vocabulary& vocabulary) {
    if (vocabulary.rules().unit == data::TextUnit::words) return words_10000;
    return vocabulary.size() <= characters_50.capacity ? characters_50 : characters_256;
}

data::TextOptions text_options(const TextSettings& settings, bool penn_treebank) {
    data::TextOptions options;
    const bool words = settings.units == "words";
    options.rules.unit = words                       ? data::TextUnit::words
                         : settings.units == "bytes" ? data::TextUnit::bytes
                                                     : data::TextUnit::characters;
    options.vocabulary = {.most = words ? words_10000.capacity : characters_256.capacity,
                          .unknown = !penn_treebank};
    return options;
}

data::Texts read(const TextSettings& settings, const Files& files) {
    if (!files.text.empty())
        return data::read_and_split_text(files.text, {files.fractions.first, files.fractions.second},
                                         text_options(settings, false));
    if (!files.train.empty())
        return data::read_texts({files.train, files.validation, files.test}, text_options(settings, false));
    return data::read_texts(data::penn_treebank_files(settings.data), text_options(settings, true));
}

void note_unknown(const data::Text& text, const char* name) {
    if (text.unknown > 0)
        std::cerr << "note: " << text.unknown << " of the " << text.size() << " tokens of the " << name
                  << " text are <unk>\n";
}

/// The CRC-32 of a file's content. It identifies a model wherever the file is.
std::string checksum_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    return std::to_string(io::crc32(std::as_bytes(std::span(text))));
}

double bits(double nats) { return nats / std::numbers::ln2; }
/// The loss in bits, or a dash if it was not measured.
std::string bits_text(double nats) { return nats > 0 ? short_text(bits(nats)) : "-"; }

void print_bits(const std::vector<Result>& results, const std::string& unit) {
    std::printf("bits per %s\n%-28s %5s %8s %9s %10s %9s %9s %7s %9s\n", unit.c_str(), "optimizer", "seed",
                "test", "accuracy", "validation", "accuracy", "training", "epochs", "seconds");
    for (const Result& r : results) {
        std::printf("%-28s %5llu ", r.name.c_str(), static_cast<unsigned long long>(r.seed));
        if (r.diverged > 0) print_divergence(r);
        else
            std::printf("%8s %9.4f %10s %9.4f %9s %7zu %9.1f\n", bits_text(r.test_loss).c_str(),
                        r.test_accuracy, bits_text(r.validation_loss).c_str(), r.validation_accuracy,
                        bits_text(r.train_loss).c_str(), r.epochs, r.seconds);
    }
}

void print_mean_bits(const std::vector<Cell>& cells) {
    std::printf("\n");
    for (const auto& [name, results] : cells) {
        const Moments test = moments(results, &Result::test_loss);
        std::printf("%-28s n %2zu  test bits %.4f +- %.4f\n", name.c_str(), test.n, bits(test.mean),
                    bits(test.deviation));
    }
    std::fflush(stdout);
}

/// Reads the texts, makes the requested runs, and prints a table.
void learn(TextSettings& settings, const Files& files, TextStreams& texts) {
    const data::Texts three = read(settings, files);
    if (!settings.load.empty() && !(texts.vocabulary == three.vocabulary))
        fail("the vocabulary of the training text differs from that of the loaded model");
    texts.vocabulary = three.vocabulary;
    note_unknown(three.validation, "validation");
    note_unknown(three.test, "test");
    const TextNetwork& network = network_for(texts.vocabulary);
    texts.train.emplace(three.train.tokens, StreamOptions{settings.batch, settings.chunk});
    for (const auto& [text, to] :
         {std::pair{&three.validation, &texts.validation}, {&three.test, &texts.test}})
        to->emplace(text->tokens, StreamOptions{settings.test_streams, settings.chunk});
    // The name holds all settings that ResultFile does not know, so that it identifies the run.
    settings.network = "lstm-" + settings.units + "-" + std::to_string(texts.vocabulary.size()) + "-chunk" +
                       std::to_string(settings.chunk) + "-clip" + number_text(settings.clip);
    if (settings.test_streams != TextSettings{}.test_streams)
        settings.network += "-tested" + std::to_string(settings.test_streams);
    if (settings.minutes > 0) settings.network += "-" + number_text(settings.minutes) + "min";
    if (!settings.load.empty()) settings.network += "-from-" + checksum_text(settings.load);
    print_build(settings, settings.network + " of " + std::to_string(network.capacity) + ", " +
                              std::to_string(network.parameters) + " parameters with 6 copies, " +
                              std::to_string(three.train.size()) + " training tokens");
    const Samples samples{texts.train->size(), texts.validation->size()};
    const RunSeed run = [&](const Settings& s, std::uint64_t seed) {
        TextSettings of_run = settings;
        static_cast<Settings&>(of_run) = s;
        return network.run(of_run, texts, seed);
    };
    if (settings.compare) {
        const std::vector<Cell> cells = run_all(settings, samples, run);
        print_bits(results_of(cells), settings.units.substr(0, settings.units.size() - 1));
        if (settings.seeds.size() > 1) print_mean_bits(cells);
        return;
    }
    ResultFile finished(settings.csv);
    print_bits(run_seeds(settings, samples, finished, run),
               settings.units.substr(0, settings.units.size() - 1));
}

}  // namespace

int main(int argc, char** argv) {
    TextSettings settings;
    settings.interval = {1e-3, 100};
    settings.grid = {0.1, 1, 10};
    settings.copies = 6;
    settings.batch = 20;
    Files files;
    CLI::App app{
        "Learns to predict the next character or word of a text, with Alrao or with one learning rate."};
    app.add_option("--units", settings.units, "unit of the text")
        ->check(CLI::IsMember({"characters", "words", "bytes"}))
        ->capture_default_str();
    app.add_option("--data", settings.data, "folder of the Penn Treebank; default: $ALRAO_DATA");
    auto* text = app.add_option("--text", files.text, "train on this text instead, split by --fractions");
    app.add_option("--fractions", files.fractions,
                   "shares of --text for training and validation; the rest is test text")
        ->needs(text)
        ->default_str("0.8 0.1");
    auto* train =
        app.add_option("--train", files.train, "train on this text instead; needs --validation and --test");
    auto* validation = app.add_option("--validation", files.validation)->needs(train);
    auto* test = app.add_option("--test", files.test)->needs(train);
    train->needs(validation)->needs(test)->excludes(text);
    app.add_option(
           "--chunk", settings.chunk,
           "time steps per chunk, over which gradients are computed; --batch is the number of streams")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--test-streams", settings.test_streams, "streams for the validation and the test text")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--clip", settings.clip, "largest norm of the trunk's gradient")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--minutes", settings.minutes, "end a run after this many minutes");
    app.add_option("--patience", settings.patience,
                   "stop after this many epochs without a better validation loss; keep the best epoch");
    auto* load =
        app.add_option("--load", settings.load, "start from this model; --epochs is then 0 by default");
    app.add_option("--sample", settings.sample, "generate this many units of text at the end");
    add_options(app, settings);
    app.remove_option(app.get_option("--optimizer"));
    app.add_option("--optimizer", settings.optimizer)
        ->check(CLI::IsMember({"alrao", "sgd", "adam"}))
        ->capture_default_str();
    parse(app, argc, argv);
    try {
        TextStreams texts;
        if (load->count() > 0) {
            if (app.count("--epochs") == 0) settings.epochs = 0;
            texts.vocabulary =
                data::load_vocabulary(std::filesystem::path(settings.load).replace_extension(".vocabulary"));
        }
        const bool only_samples = load->count() > 0 && settings.epochs == 0 && settings.sample > 0;
        if (!only_samples) {
            learn(settings, files, texts);
            return 0;
        }
        const TextNetwork& network = network_for(texts.vocabulary);
        for (const std::uint64_t seed : settings.seeds) network.run(settings, texts, seed);
    } catch (const std::exception& error) {
        std::cerr << "ptb: " << error.what() << '\n';
        return 1;
    }
}
