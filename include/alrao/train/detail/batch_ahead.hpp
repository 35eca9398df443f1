#pragma once

#include <alrao/model/batch.hpp>
#include <alrao/tensor/philox.hpp>
#include <alrao/tensor/process.hpp>
#include <alrao/tensor/shared_word.hpp>
#include <alrao/train/augmentation.hpp>
#include <alrao/train/batches.hpp>
#include <alrao/train/dataset.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <thread>
#include <utility>
#include <vector>

namespace alrao {

/// Batches of augmented samples, made by a thread of its own: while the caller learns from one, the
/// next is prepared in other memory. What is in a batch does not depend on when it is made.
/// Preparing and taking allocate nothing. In a fork's child, which has no such thread, the caller
/// makes the batches, with the same bits.
///
///     ahead.prepare(batches[0], epoch);
///     for (b ...) { examples = ahead.take(); ahead.prepare(batches[b + 1], epoch); step(examples);
///     }
template <class T>
class BatchAhead {
public:
    /// For batches of up to `batch` samples. The data are referred to.
    /// @throws std::system_error if no thread can be started
    BatchAhead(const Dataset<T>& data, std::size_t batch, AnyAugmentation<T> augment, Seed seed)
        : data_(&data),
          augment_(std::move(augment)),
          seed_(seed),
          buffers_{BatchBuffers<T>(batch, data.sample_size(), data.outputs()),
                   BatchBuffers<T>(batch, data.sample_size(), data.outputs())},
          samples_(batch),  // so that none of them needs more memory later
          maker_([this] { work(); }) {}

    BatchAhead(const BatchAhead&) = delete;
    BatchAhead& operator=(const BatchAhead&) = delete;
    ~BatchAhead() {
        (void)state_.wait_while(asked, spins);
        state_.tell(stopped);
        home_.join(maker_);
    }

    /// Begins to make a batch of these samples. One that nobody took is dropped.
    void prepare(std::span<const std::size_t> samples, std::uint64_t epoch) {
        settle();
        error_ = nullptr;
        samples_.assign(samples.begin(), samples.end());
        epoch_ = epoch;
        making_ = 1 - making_;
        state_.tell(asked);
    }

    /// The batch last prepared, once it is there; valid until the next but one is prepared. What
    /// its making threw is thrown here.
    Batch<T> take() {
        settle();
        if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
        return examples_;
    }

private:
    /// Whose turn it is: the maker's while `asked`, else the caller's. So nothing else needs a
    /// lock.
    enum State : std::uint32_t { done, asked, stopped };

    // Looks at the state before a thread sleeps.
    static constexpr int spins = 50;

    /// Returns when no batch is being made. In a fork's child the caller makes it.
    void settle() {
        if (state_.wait_while(asked, spins) != asked) return;
        std::construct_at(&error_);  // the maker may have been about to write it
        make();
        state_.set(done);
    }

    void work() noexcept {
        while (state_.wait_while(done, spins) == asked) {
            make();
            state_.tell(done);
        }
    }

    void make() noexcept {
        try {
            examples_ = buffers_[making_].gather(*data_, samples_, augment_, seed_, epoch_);
        } catch (...) {
            error_ = std::current_exception();
        }
    }

    const Dataset<T>* data_;
    AnyAugmentation<T> augment_;
    Seed seed_;
    std::array<BatchBuffers<T>, 2> buffers_;
    std::size_t making_ = 0;
    std::vector<std::size_t> samples_;
    std::uint64_t epoch_ = 0;
    Batch<T> examples_{};
    std::exception_ptr error_{};
    detail::Process home_{};
    detail::SharedWord state_{done};
    std::thread maker_;  // last: it works with all of the above
};

}  // namespace alrao
