#pragma once

namespace alrao::detail {

/// Owns an object that implements `Interface`. A copy owns a copy of the object (`Interface::clone`). A move
/// also copies, so a Polymorphic is never empty. It takes a tenth of the compile time of std::shared_ptr.
template <class Interface>
class Polymorphic {
public:
    /// Takes ownership of `object`, created with `new`.
    explicit Polymorphic(const Interface* object) : object_(object) {}
    Polymorphic(const Polymorphic& other) : object_(other.object_->clone()) {}
    Polymorphic& operator=(const Polymorphic& other) {
        const Interface* const copy = other.object_->clone();
        delete object_;
        object_ = copy;
        return *this;
    }
    ~Polymorphic() { delete object_; }

    const Interface& operator*() const { return *object_; }
    const Interface* operator->() const { return object_; }

private:
    const Interface* object_;
};

/// Owns an object whose type is chosen at run time. The owner cannot be copied. Costs the compiler less than
/// std::unique_ptr, which is built on std::tuple.
template <class Interface>
class Owned {
public:
    /// Takes ownership of `object`, created with `new`.
    explicit Owned(Interface* object) : object_(object) {}
    Owned(const Owned&) = delete;
    Owned& operator=(const Owned&) = delete;
    ~Owned() { delete object_; }

    Interface* operator->() const { return object_; }

private:
    Interface* object_;
};

}  // namespace alrao::detail
