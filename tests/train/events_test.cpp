#include <alrao/train/events.hpp>

#include <doctest/doctest.h>

#include <type_traits>

namespace train_events_test {

using namespace alrao;

TEST_CASE("events contain references, and have no default constructor") {
    History history;
    const FitBegin begin{.samples = 3, .history = history};
    begin.history.messages.push_back("a note");
    CHECK(history.messages.size() == 1);
    CHECK(begin.copies == 1);
    static_assert(!std::is_default_constructible_v<StepEnd>);
    static_assert(!std::is_default_constructible_v<EpochEnd>);
    static_assert(!std::is_default_constructible_v<FitEnd>);
}

}  // namespace train_events_test
