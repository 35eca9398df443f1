#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace alrao {

/// A token that no other one equals while somebody holds it: its copies are equal to it and nothing else
/// is. Counts its holders, since an address that was given back may be given out again.
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
        // What the last holder frees, others have done with.
        if (holders_ != nullptr && holders_->fetch_sub(1, std::memory_order_acq_rel) == 1) delete holders_;
    }

    explicit operator bool() const { return holders_ != nullptr; }
    friend bool operator==(const ModelToken& a, const ModelToken& b) { return a.holders_ == b.holders_; }

private:
    std::atomic<std::size_t>* holders_ = nullptr;
};

/// Which model this is: by its token an optimizer knows the model that it was made for. A copy of a
/// model is the same model at another place, and one that was moved stays what it was. A model that
/// other numbers are assigned to, or loaded into, stays itself; one without numbers takes all over.
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

    /// None: the model was moved from.
    [[nodiscard]] const ModelToken& token() const { return token_; }

private:
    ModelToken token_;
};

}  // namespace alrao
