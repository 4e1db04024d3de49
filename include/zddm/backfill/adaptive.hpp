// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <zddm/backfill/throttle.hpp>

namespace zddm::backfill {

/// The 99th percentile of how long either store takes; zero: not known, or as a limit: not watched.
struct latency {
  std::chrono::nanoseconds old_p99{0};
  std::chrono::nanoseconds new_p99{0};

  friend bool operator==(latency const&, latency const&) = default;
};

/// Backs off while a store answers slower than its limit, and comes back once both are below four fifths of theirs. The wait is
/// a multiple of what a page took, doubled or halved every second. What counts is what the probe says, and for a store of which
/// it says nothing the pages themselves.
class adaptive {
public:
  using probe = std::function<latency()>;
  static constexpr std::chrono::nanoseconds step = std::chrono::seconds(1);
  static constexpr double least = 0.25, most = 64; ///< times what a page took

  explicit adaptive(latency limit = {}, probe asked = {}) : limit_(limit), probe_(std::move(asked)) {}

  /// Holds from the next page on.
  void limit(latency l) {
    if (l == limit_) return;
    limit_ = l;
    factor_ = 0;
  }

  pause after(load const& l, std::chrono::nanoseconds now) {
    if (limit_ == latency{}) return {};
    reading_.push_back(l.reading);
    writing_.push_back(l.writing);
    if (!stepped_) stepped_ = now;
    if (now - *stepped_ >= step) {
      stepped_ = now;
      adjust();
    }
    std::chrono::duration<double, std::nano> const wait(factor_ * static_cast<double>((l.reading + l.writing).count()));
    return {
        std::min<std::chrono::nanoseconds>(std::chrono::duration_cast<std::chrono::nanoseconds>(wait), std::chrono::minutes(1)),
        reason_};
  }

private:
  void adjust() {
    auto seen = probe_ ? probe_() : latency{};
    if (seen.old_p99.count() == 0) seen.old_p99 = p99(reading_);
    if (seen.new_p99.count() == 0) seen.new_p99 = p99(writing_);
    reading_.clear();
    writing_.clear();
    double const of_old = share(seen.old_p99, limit_.old_p99), of_new = share(seen.new_p99, limit_.new_p99);
    double const worse = std::max(of_old, of_new);
    if (worse > 1) {
      reason_ = of_old >= of_new ? "latency of Old" : "latency of New";
      factor_ = std::clamp(factor_ * 2, least, most);
    } else if (worse < 0.8) {
      factor_ = factor_ <= least ? 0 : factor_ / 2;
    }
  }

  static double share(std::chrono::nanoseconds seen, std::chrono::nanoseconds limit) {
    return limit.count() > 0 ? static_cast<double>(seen.count()) / static_cast<double>(limit.count()) : 0;
  }

  static std::chrono::nanoseconds p99(std::vector<std::chrono::nanoseconds>& all) {
    auto const at = all.begin() + static_cast<std::ptrdiff_t>((all.size() - 1) * 99 / 100);
    std::nth_element(all.begin(), at, all.end());
    return *at;
  }

  latency limit_;
  probe probe_;
  double factor_ = 0;
  std::string_view reason_;
  std::vector<std::chrono::nanoseconds> reading_, writing_; ///< of the pages since the last step
  std::optional<std::chrono::nanoseconds> stepped_;
};

} // namespace zddm::backfill
