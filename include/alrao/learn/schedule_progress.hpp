#pragma once

#include <alrao/learn/schedule.hpp>

#include <cstdint>

namespace alrao {

/// A schedule, and the number of optimizer steps since its beginning. The initial schedule is constant.
class ScheduleProgress {
public:
    /// The schedule.
    [[nodiscard]] const Schedule& schedule() const { return schedule_; }
    /// The number of steps since the schedule began; the index of the next step in the schedule.
    [[nodiscard]] std::uint64_t step() const { return step_; }
    /// The common factor of all rates in the next step.
    /// @throws ArgumentError if the schedule has an open length
    [[nodiscard]] double factor() const { return schedule_(step_); }

    /// Begins another schedule at its step 0.
    void begin(const Schedule& schedule) {
        schedule_ = schedule;
        step_ = 0;
    }
    /// Sets an open length: the schedule ends after `more` further steps. No effect on a schedule with a
    /// given length.
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
