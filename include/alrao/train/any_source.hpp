#pragma once

#include <alrao/learn/detail/polymorphic.hpp>
#include <alrao/model/batch.hpp>
#include <alrao/train/data_source.hpp>
#include <alrao/train/dataset_reader.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace alrao {

class Streams;

namespace detail {

/// Interface to a DataReader of any type, with the members of that concept.
template <class T>
struct ReaderInterface {
    virtual ~ReaderInterface() = default;
    virtual void begin_epoch(std::uint64_t epoch, std::size_t seen) = 0;
    [[nodiscard]] virtual std::size_t batches(std::size_t seen) const = 0;
    [[nodiscard]] virtual Batch<T> batch(std::size_t b) = 0;
};

/// Owns a reader of type `Reader` and implements ReaderInterface with it.
template <class T, class Reader>
class OwnedReader final : public ReaderInterface<T> {
public:
    template <class Source>
    OwnedReader(const Source& source, const ReadOptions& options) : reader_(reader_of<T>(source, options)) {}
    void begin_epoch(std::uint64_t epoch, std::size_t seen) override { reader_.begin_epoch(epoch, seen); }
    [[nodiscard]] std::size_t batches(std::size_t seen) const override {
        return static_cast<std::size_t>(reader_.batches(seen));
    }
    [[nodiscard]] Batch<T> batch(std::size_t b) override { return reader_.batch(b); }

private:
    Reader reader_;
};

/// Interface to a DataSource of any type.
template <class T>
struct SourceInterface {
    virtual ~SourceInterface() = default;
    [[nodiscard]] virtual DataContents contents() const = 0;
    /// A new reader, which the caller owns and deletes.
    [[nodiscard]] virtual ReaderInterface<T>* reader(const ReadOptions& options) const = 0;
    [[nodiscard]] virtual const SourceInterface* clone() const = 0;
    /// The samples, before augmentation, if the source holds all of them in memory; else null.
    [[nodiscard]] virtual const Dataset<T>* dataset() const = 0;
    /// The streams, if the source is Streams; else null.
    [[nodiscard]] virtual const Streams* streams() const = 0;
};

/// Holds a source, or refers to one if `Held` is a pointer, and implements SourceInterface with it.
template <class T, class Held>
class HeldSource final : public SourceInterface<T> {
public:
    explicit HeldSource(Held held) : held_(std::move(held)) {}
    [[nodiscard]] DataContents contents() const override { return source().contents(); }
    [[nodiscard]] ReaderInterface<T>* reader(const ReadOptions& options) const override {
        using Reader = reader_type<std::remove_cvref_t<decltype(source())>, T>;
        return new OwnedReader<T, Reader>(source(), options);
    }
    [[nodiscard]] const SourceInterface<T>* clone() const override { return new HeldSource(held_); }
    [[nodiscard]] const Dataset<T>* dataset() const override {
        if constexpr (std::is_same_v<decltype(source()), const Dataset<T>&>) return &source();
        else if constexpr (requires {
                               { source().unchanged() } -> std::same_as<const Dataset<T>&>;
                           })
            return &source().unchanged();
        else return nullptr;
    }
    [[nodiscard]] const Streams* streams() const override {
        if constexpr (std::is_same_v<decltype(source()), const Streams&>) return &source();
        else return nullptr;
    }

private:
    [[nodiscard]] const auto& source() const {
        if constexpr (std::is_pointer_v<Held>) return *held_;
        else return held_;
    }

    Held held_;
};

}  // namespace detail

/// A data source of any type, with numbers of type T. It is the type of the data argument of `fit`,
/// `evaluate` and `predict`, and of `FitOptions::validation`; sources convert to it implicitly. It stores a
/// reference to a source in a variable, which must outlive it; a temporary source is moved into it. A pointer
/// to a source is accepted in place of the source.
template <class T>
class AnySource {
public:
    /// Refers to a source in a variable; holds a temporary source.
    template <class Source>
        requires(!std::same_as<std::remove_cvref_t<Source>, AnySource> &&
                 DataSource<std::remove_cvref_t<Source>, T>)
    AnySource(Source&& source) : held_(held_by(std::forward<Source>(source))) {}
    /// Refers to the source at this address.
    template <class Source>
        requires DataSource<std::remove_cv_t<Source>, T>
    AnySource(Source* source) : held_(new detail::HeldSource<T, const Source*>(source)) {}
    /// Images with labels, as the readers of alrao::data return them. Refers to their memory.
    template <LabelledImagesOf<T> Images>
        requires std::is_lvalue_reference_v<Images>
    AnySource(Images&& images) : held_(new detail::HeldSource<T, Dataset<T>>(Dataset<T>(images))) {}

    /// Number and extents of the samples, see DataSource.
    [[nodiscard]] DataContents contents() const { return held_->contents(); }
    /// A new reader of the samples, see DataSource. The caller owns it and deletes it.
    [[nodiscard]] detail::ReaderInterface<T>* reader(const ReadOptions& options) const {
        return held_->reader(options);
    }
    /// The samples, before augmentation, if the source holds all of them in memory; else null.
    [[nodiscard]] const Dataset<T>* dataset() const { return held_->dataset(); }
    /// The streams, if the source is of type Streams; else null.
    [[nodiscard]] const Streams* streams() const { return held_->streams(); }

private:
    template <class Source>
    static const detail::SourceInterface<T>* held_by(Source&& source) {
        using Bare = std::remove_cvref_t<Source>;
        if constexpr (std::is_lvalue_reference_v<Source>)
            return new detail::HeldSource<T, const Bare*>(&source);
        else return new detail::HeldSource<T, Bare>(std::forward<Source>(source));
    }

    detail::Polymorphic<detail::SourceInterface<T>> held_;
};

}  // namespace alrao
