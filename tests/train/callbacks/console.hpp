#pragma once

#include <alrao/train/events.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace console {

using namespace alrao;

/// A stream, and the text that was written to it.
class Pipe {
public:
    Pipe() : file_(std::tmpfile()) {
        if (file_ == nullptr) throw std::runtime_error("no temporary file");
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    ~Pipe() { std::fclose(file_); }
    std::FILE* stream() { return file_; }
    std::string text() {
        std::fflush(file_);
        std::rewind(file_);
        std::string text;
        for (int c = std::fgetc(file_); c != EOF; c = std::fgetc(file_)) text += static_cast<char>(c);
        return text;
    }

private:
    std::FILE* file_;
};

/// A pseudo-terminal, and the text that was written to it since the last call.
class Terminal {
public:
    Terminal() : other_end_(::posix_openpt(O_RDWR | O_NOCTTY)) {
        if (other_end_ < 0 || ::grantpt(other_end_) != 0 || ::unlockpt(other_end_) != 0)
            throw std::runtime_error("no pseudo-terminal");
        file_ = std::fopen(::ptsname(other_end_), "w");
        if (file_ == nullptr) throw std::runtime_error("no pseudo-terminal");
        ::fcntl(other_end_, F_SETFL, O_NONBLOCK);
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;
    ~Terminal() {
        std::fclose(file_);
        ::close(other_end_);
    }
    std::FILE* stream() { return file_; }
    std::string text() {
        std::fflush(file_);
        std::string text;
        char bytes[4096];
        for (;;) {
            const ssize_t count = ::read(other_end_, bytes, sizeof bytes);
            if (count <= 0) return text;
            text.append(bytes, static_cast<std::size_t>(count));
        }
    }

private:
    int other_end_;
    std::FILE* file_ = nullptr;
};

/// Sets an environment variable during its lifetime.
class Variable {
public:
    Variable(const char* name, const char* value) : name_(name) {
        if (const char* old = std::getenv(name)) old_ = old, was_set_ = true;
        if (value) ::setenv(name, value, 1);
        else ::unsetenv(name);
    }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;
    ~Variable() {
        if (was_set_) ::setenv(name_, old_.c_str(), 1);
        else ::unsetenv(name_);
    }

private:
    const char* name_;
    std::string old_;
    bool was_set_ = false;
};

/// Sends the events of a fit with two epochs of four steps to a callback; each step takes a second.
template <class Callback>
void play(Callback& callback, bool validation = false, std::size_t copies = 3) {
    History history;
    history.messages.push_back("look here");
    for (std::size_t j = 0; j < copies; ++j) history.copy_rates.push_back(1e-3 * static_cast<double>(j + 1));
    Posterior posterior(copies);
    if (copies == 3) posterior.log_weights = {std::log(0.25), std::log(0.7), std::log(0.05)};
    if constexpr (requires(const FitBegin& e) { callback.fit_begin(e); })
        callback.fit_begin({.samples = 128,
                            .epochs = 2,
                            .steps = 4,
                            .has_validation = validation,
                            .copies = copies,
                            .history = history});
    double seconds = 0;
    for (std::size_t epoch = 1; epoch <= 2; ++epoch) {
        const Evaluation e{.loss = 0.5, .accuracy = 0.75, .samples = 128};
        for (std::size_t step = 1; step <= 4; ++step)
            if constexpr (requires(const StepEnd& s) { callback.step_end(s); })
                callback.step_end({.epoch = epoch,
                                   .epochs = 2,
                                   .step = step,
                                   .steps = 4,
                                   .total_steps = 4 * (epoch - 1) + step,
                                   .so_far = e,
                                   .batch = e,
                                   .seconds = seconds += 1,
                                   .posterior = posterior,
                                   .copy_rates = history.copy_rates});
        Epoch record{.number = epoch,
                     .steps = 4 * epoch,
                     .training = e,
                     .seconds = 4,
                     .quarantined = epoch - 1,
                     .copy_weights = posterior.weights()};
        if (validation) record.validation = Evaluation{.loss = 0.625, .accuracy = 0.5};
        history.epochs.push_back(record);
        if constexpr (requires(const EpochEnd& s) { callback.epoch_end(s); })
            callback.epoch_end({.record = history.epochs.back(),
                                .epochs = 2,
                                .seconds = seconds,
                                .posterior = posterior,
                                .history = history});
    }
    if constexpr (requires(const FitEnd& e) { callback.fit_end(e); }) callback.fit_end({.history = history});
}

/// The width of the widest line of a terminal, including redrawn lines. For text of ASCII characters.
inline std::size_t widest(const std::string& text) {
    std::size_t used = 0, most = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\x1b') at = text.find_first_of("KJmA", at);
        else if (text[at] == '\r' || text[at] == '\n') used = 0;
        else most = std::max(most, ++used);
    }
    return most;
}

inline std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

}  // namespace console
