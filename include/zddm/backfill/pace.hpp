// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string_view>
#include <utility>

#include <zddm/backfill/adaptive.hpp>
#include <zddm/backfill/all_of.hpp>
#include <zddm/backfill/copy.hpp>
#include <zddm/backfill/rate_limit.hpp>
#include <zddm/backfill/settings.hpp>
#include <zddm/backfill/throttle.hpp>

namespace zddm::backfill {

/// How fast the workers of one process may copy: by the live settings, by a throttle of the caller's, and why they wait.
class pace {
public:
  using nanoseconds = std::chrono::nanoseconds;

  using callers = std::function<pause(load const&, nanoseconds)>;

  pace(callers throttle, adaptive::probe probe) : callers_(std::move(throttle)), latency_({}, std::move(probe)) {}

  /// What the next page may hold: at most this process's part of what may be copied in a second. No rows: the copy is paused.
  page_limit next_page(settings const& live, std::size_t processes) {
    auto const n = static_cast<double>(processes);
    rows_.rate(live.rows_per_second / n);
    bytes_.rate(live.bytes_per_second / n);
    latency_.limit({std::chrono::microseconds(live.old_p99), std::chrono::microseconds(live.new_p99)});
    paused_ = live.paused;
    if (paused_) return 0;
    return {static_cast<std::size_t>(bounded(live.batch, live.rows_per_second / n)),
            bounded(live.page_bytes, live.bytes_per_second / n)};
  }

  /// How long a worker has to wait after a page, and of several reasons the one that makes it wait longest.
  pause after(load const& page, nanoseconds now) {
    pause wait = limits_.after(page, now);
    if (auto const more = callers_(page, now); more.time > wait.time) wait = more;
    reason_ = wait.time.count() > 0 ? wait.reason : std::string_view{};
    return wait;
  }

  /// A worker has waited so long.
  void waited(pause const& w) { waited_[w.reason] += w.time; }

  bool paused() const { return paused_; }
  std::string_view reason() const { return reason_; } ///< of the last wait; empty: there was none
  std::map<std::string_view, nanoseconds> const& waited() const { return waited_; }

private:
  static std::uint64_t bounded(std::uint64_t most, double rate) {
    bool const less = rate > 0 && rate < static_cast<double>(most);
    return std::max<std::uint64_t>(less ? static_cast<std::uint64_t>(rate) : most, 1);
  }

  callers callers_;
  rate_limit rows_ = rate_limit::rows(), bytes_ = rate_limit::bytes();
  adaptive latency_;
  all_of<rate_limit&, rate_limit&, adaptive&> limits_{rows_, bytes_, latency_};
  std::map<std::string_view, nanoseconds> waited_;
  std::string_view reason_;
  bool paused_ = false;
};

} // namespace zddm::backfill
