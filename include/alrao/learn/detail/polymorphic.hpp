#pragma once

namespace alrao::detail {

/// Owns an object of a type that is known at run time. Copies copy the object, by `Interface::clone`, so
/// there is always one. Costs the compiler a tenth of std::shared_ptr.
template <class Interface>
class Polymorphic {
public:
    /// Takes ownership of `object`, made by `new`.
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

}  // namespace alrao::detail
