// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <concepts>
#include <ctime>

namespace zddm {

/// A clock that never goes back; a policy measures its times on the one it is given, so that a test can turn it by hand.
template <class C>
concept clock = C::is_steady && requires {
  { C::now() } -> std::same_as<typename C::time_point>;
  typename C::duration;
  typename C::rep;
};

/// The kernel's tick: good to a few milliseconds, and a tenth of the price of `steady_clock`.
struct coarse_clock {
  using rep = std::chrono::nanoseconds::rep;
  using period = std::nano;
  using duration = std::chrono::nanoseconds;
  using time_point = std::chrono::time_point<coarse_clock>;
  static constexpr bool is_steady = true;

  static time_point now() noexcept {
    ::timespec t{};
    ::clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return time_point(std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec));
  }
};

} // namespace zddm
