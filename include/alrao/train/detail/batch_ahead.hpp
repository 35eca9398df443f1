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

/// Prepares batches of augmented samples in a second thread: while the caller uses one batch, the next one is
/// prepared in other memory. The contents of a batch do not depend on timing. `prepare` and `take` allocate
/// nothing. The child of a fork has no second thread; there, `prepare` and `take` prepare the batches
/// themselves, with the same bits.
///
///     ahead.prepare(batches[0], epoch);
///     for (b ...) { examples = ahead.take(); ahead.prepare(batches[b + 1], epoch); step(examples); }
template <class T>
class BatchAhead {
public:
    /// For batches of up to `batch` samples. Refers to `data`.
    /// @throws std::system_error if no thread can be started
    BatchAhead(const Dataset<T>& data, std::size_t batch, AnyAugmentation<T> augment, Seed seed)
        : data_(&data),
          augment_(std::move(augment)),
          seed_(seed),
          buffers_{BatchBuffers<T>(batch, data.sample_size(), data.outputs()),
                   BatchBuffers<T>(batch, data.sample_size(), data.outputs())},
          samples_(batch),  // later batches need no more memory
          maker_([this] { work(); }) {}

    BatchAhead(const BatchAhead&) = delete;
    BatchAhead& operator=(const BatchAhead&) = delete;
    ~BatchAhead() {
        (void)state_.wait_while(asked, spins);
        state_.tell(stopped);
        home_.join(maker_);
    }

    /// Starts to prepare a batch of the samples with these indices. A batch that was not taken is discarded.
    void prepare(std::span<const std::size_t> samples, std::uint64_t epoch) {
        settle();
        error_ = nullptr;
        samples_.assign(samples.begin(), samples.end());
        epoch_ = epoch;
        making_ = 1 - making_;
        state_.tell(asked);
    }

    /// Waits for the batch that was prepared last, and returns it. It becomes invalid with the second call of
    /// `prepare` after this one. Rethrows an exception of the preparation.
    Batch<T> take() {
        settle();
        if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
        return examples_;
    }

private:
    /// The second thread accesses the members only while the state is `asked`, and the caller only in the
    /// other states, so no lock is needed.
    enum State : std::uint32_t { done, asked, stopped };

    // How often a thread checks the state before it sleeps.
    static constexpr int spins = 50;

    /// Waits until no batch is being prepared. In the child of a fork, prepares it.
    void settle() {
        if (state_.wait_while(asked, spins) != asked) return;
        std::construct_at(&error_);  // at the fork, the thread may have been writing it
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
    std::thread maker_;  // last, because it uses all members above
};

}  // namespace alrao
