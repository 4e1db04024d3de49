// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <chrono>
#include <stop_token>

#include <zddm/core/error.hpp>
#include <zddm/core/timing.hpp>

namespace zddm::backfill {

/// Calls `f` again, at most `attempts` times in all, while `Store` says that nothing was applied and that it may work later.
/// Waits 10 ms before the second attempt and twice as long before each further one; throws at once where a stop is requested.
/// What is `repeatable` may be done twice, and is called again as well where it may have been applied.
template <class Store, class F>
auto persist(timing const& time, int attempts, std::stop_token const& stop, F&& f, bool repeatable = false) {
  for (int left = attempts;; --left) {
    try {
      return f();
    } catch (...) {
      auto const kind = classify_current<Store>();
      bool const again = kind == error_class::transient || (repeatable && kind == error_class::unknown_outcome);
      if (left <= 1 || stop.stop_requested() || !again) throw;
    }
    time.sleep(std::chrono::milliseconds(10) * (1 << std::clamp(attempts - left, 0, 7)), stop);
  }
}

} // namespace zddm::backfill
