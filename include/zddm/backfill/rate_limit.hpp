// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include <zddm/backfill/throttle.hpp>

namespace zddm::backfill {

/// A limit of what goes over in a second, over all workers of the process. What was left unused is carried over for at most a
/// second.
class rate_limit {
public:
  /// Zero: no limit. One page never costs more than a day.
  static rate_limit rows(double a_second = 0) { return {&load::rows, "rows per second", a_second}; }
  static rate_limit bytes(double a_second = 0) { return {&load::bytes, "bytes per second", a_second}; }

  /// Holds from the next page on.
  void rate(double a_second) {
    if (a_second != rate_) free_at_.reset();
    rate_ = a_second;
  }

  pause after(load const& l, std::chrono::nanoseconds now) {
    if (rate_ <= 0) return {};
    std::chrono::duration<double> const cost(std::min(static_cast<double>(l.*what_) / rate_, 24.0 * 60 * 60));
    free_at_ = std::max(free_at_.value_or(now), now - std::chrono::seconds(1)) +
               std::chrono::duration_cast<std::chrono::nanoseconds>(cost);
    return {std::max(*free_at_ - now, std::chrono::nanoseconds(0)), reason_};
  }

private:
  rate_limit(std::uint64_t load::* what, std::string_view reason, double a_second)
      : what_(what), reason_(reason), rate_(a_second) {}

  std::uint64_t load::* what_;
  std::string_view reason_;
  double rate_;
  std::optional<std::chrono::nanoseconds> free_at_; ///< when what has been copied is paid for
};

} // namespace zddm::backfill
