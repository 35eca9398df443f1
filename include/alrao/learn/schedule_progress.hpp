#pragma once

#include <alrao/learn/schedule.hpp>

#include <cstdint>

namespace alrao {

/// A schedule, and how many optimizer steps were taken since it began. At first the schedule is constant.
class ScheduleProgress {
public:
    [[nodiscard]] const Schedule& schedule() const { return schedule_; }
    /// Steps taken since the schedule began, and the number of the next one.
    [[nodiscard]] std::uint64_t step() const { return step_; }
    /// The common factor of all rates in the next step.
    /// @throws ArgumentError if the schedule has an open length
    [[nodiscard]] double factor() const { return schedule_(step_); }

    /// Begins another schedule at its step 0.
    void begin(const Schedule& schedule) {
        schedule_ = schedule;
        step_ = 0;
    }
    /// Sets an open length, so that the schedule ends `more` steps from here. No effect on a schedule whose
    /// length is given.
    void close(std::uint64_t more) { schedule_ = schedule_.over(step_ + more); }
    /// Counts a step.
    void advance() { ++step_; }
    /// Continues the schedule at its step `step`.
    void go_to(std::uint64_t step) { step_ = step; }

private:
    Schedule schedule_{};
    std::uint64_t step_ = 0;
};

}  // namespace alrao
