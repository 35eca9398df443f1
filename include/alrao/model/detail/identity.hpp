#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace alrao {

/// A unique token: equal to its copies and to no other token. It is the address of a reference count, which
/// stays allocated as long as a copy exists, so that the address is not reused meanwhile.
class ModelToken {
public:
    ModelToken() = default;
    [[nodiscard]] static ModelToken unique() {
        ModelToken token;
        token.holders_ = new std::atomic<std::size_t>(1);
        return token;
    }
    ModelToken(const ModelToken& other) : holders_(other.holders_) {
        if (holders_ != nullptr) holders_->fetch_add(1, std::memory_order_relaxed);
    }
    ModelToken(ModelToken&& other) noexcept : holders_(other.holders_) { other.holders_ = nullptr; }
    ModelToken& operator=(ModelToken other) noexcept {
        std::atomic<std::size_t>* const mine = holders_;
        holders_ = other.holders_;
        other.holders_ = mine;
        return *this;
    }
    ~ModelToken() {
        // acq_rel: all uses by other threads happen before the last one frees the count.
        if (holders_ != nullptr && holders_->fetch_sub(1, std::memory_order_acq_rel) == 1) delete holders_;
    }

    explicit operator bool() const { return holders_ != nullptr; }
    friend bool operator==(const ModelToken& a, const ModelToken& b) { return a.holders_ == b.holders_; }

private:
    std::atomic<std::size_t>* holders_ = nullptr;
};

/// Identity of a model: an optimizer uses its token to recognise the model for which it was constructed.
/// Copies and moves of a model keep its identity. Assigning or loading other parameters does not change the
/// identity of the target, except that a moved-from model takes over the identity of its source.
class ModelIdentity {
public:
    ModelIdentity() : token_(ModelToken::unique()) {}
    ModelIdentity(const ModelIdentity&) = default;
    ModelIdentity(ModelIdentity&&) = default;
    ~ModelIdentity() = default;
    ModelIdentity& operator=(const ModelIdentity& other) {
        if (!token_) token_ = other.token_;
        return *this;
    }
    ModelIdentity& operator=(ModelIdentity&& other) noexcept {
        if (!token_) token_ = std::move(other.token_);
        return *this;
    }

    /// The token; false if the model was moved from.
    [[nodiscard]] const ModelToken& token() const { return token_; }

private:
    ModelToken token_;
};

}  // namespace alrao
