// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstdint>

#include <zddm/core/threshold.hpp>
#include <zddm/policy/axis.hpp>

namespace zddm::gate {

/// When a ramp begins, on a clock that all processes share. Given to the proxy.
template <class Clock> struct ramp_start {
  typename Clock::time_point at;
};

/// Opens evenly from 0 to 100 percent within `Seconds` from the `ramp_start` given to the proxy, and stays open. What it
/// admits at one time it admits at every later time. A restart goes on where the schedule is by then; a clock that is set
/// back, or differs between processes, changes the share only.
template <std::uint32_t Seconds, class Clock = std::chrono::system_clock> struct ramp {
  static_assert(Seconds > 0, "zddm: gate::ramp<Seconds> takes the length of the schedule; to open at once take gate::open");
  using axis = zddm::axis::gate;
  static constexpr threshold reach = threshold::open();

  template <class Model> class bind {
  public:
    explicit bind(ramp_start<Clock> const& start) noexcept : start_(start.at) {}

    threshold rate() const {
      using std::chrono::microseconds;
      auto const passed = std::chrono::duration_cast<microseconds>(Clock::now() - start_).count();
      if (passed <= 0) return threshold::closed();
      auto const parts = static_cast<std::uint64_t>(passed) / Seconds;
      return parts >= 1'000'000 ? threshold::open() : threshold::ppm(static_cast<std::uint32_t>(parts));
    }
    template <class Question> bool admits(Question const& q) const {
      threshold const now = rate();
      return now.is_open() || (!now.is_closed() && now.admits(q.bucket()));
    }

  private:
    typename Clock::time_point start_;
  };
};

} // namespace zddm::gate
