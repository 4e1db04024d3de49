// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>

namespace zddm::backfill {

/// What one page has asked of the stores.
struct load {
  std::uint64_t rows = 0;
  std::chrono::nanoseconds reading{0}; ///< spent in Old
  std::chrono::nanoseconds writing{0}; ///< spent in New
};

/// How long to wait before the next page, and why; the reason is a literal.
struct pause {
  std::chrono::nanoseconds time{0};
  std::string_view reason;
};

/// Asked after every page, by one thread at a time; pages of all workers count.
template <class T>
concept throttle = requires(T& t, load const& l, std::chrono::nanoseconds now) {
  { t.after(l, now) } -> std::same_as<pause>;
};

/// A limit of rows a second over all workers. What was left unused is carried over for at most a second.
class row_limit {
public:
  /// Zero: no limit. One page never costs more than a day.
  explicit row_limit(double rows_per_second = 0) : rate_(rows_per_second) {}

  /// Holds from the next page on.
  void rate(double rows_per_second) {
    if (rows_per_second != rate_) free_at_.reset();
    rate_ = rows_per_second;
  }

  pause after(load const& l, std::chrono::nanoseconds now) {
    if (rate_ <= 0) return {};
    std::chrono::duration<double> const cost(std::min(static_cast<double>(l.rows) / rate_, 24.0 * 60 * 60));
    free_at_ = std::max(free_at_.value_or(now), now - std::chrono::seconds(1)) +
               std::chrono::duration_cast<std::chrono::nanoseconds>(cost);
    return {std::max(*free_at_ - now, std::chrono::nanoseconds(0)), "rows per second"};
  }

private:
  double rate_;
  std::optional<std::chrono::nanoseconds> free_at_; ///< when what has been copied is paid for
};

} // namespace zddm::backfill
