// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <deque>
#include <optional>

namespace zddm::backfill {

/// The rate of a job over the recent past and the time left at that rate. Times count from a fixed instant and never
/// go back; memory is bounded, however long the job takes.
class progress {
public:
  using nanoseconds = std::chrono::nanoseconds;

  /// `total`: the rows the whole job has, as far as is known; `done`: those an earlier run has done, which count for the
  /// time left and not for the rate.
  progress(nanoseconds now, std::uint64_t total, std::uint64_t done = 0, nanoseconds window = std::chrono::seconds(30))
      : window_(window), total_(total), done_(done) {
    samples_.push_back({now, done});
  }

  void add(nanoseconds now, std::uint64_t rows) {
    done_ += rows;
    if (now - samples_.back().at >= window_ / 64) samples_.push_back({now, done_});
    while (samples_.size() > 2 && now - samples_[1].at >= window_) samples_.pop_front();
  }

  std::uint64_t done() const { return done_; }
  std::uint64_t total() const { return total_; }

  /// Nothing until the job has been watched for a second.
  std::optional<double> rows_per_second(nanoseconds now) const {
    auto const old = std::find_if(samples_.rbegin(), samples_.rend(), [&](auto const& s) { return now - s.at >= window_; });
    sample const& base = old == samples_.rend() ? samples_.front() : *old;
    std::chrono::duration<double> const watched = now - base.at;
    if (watched < std::chrono::seconds(1)) return std::nullopt;
    return static_cast<double>(done_ - base.done) / watched.count();
  }

  /// Nothing while the rate is unknown or zero, where more rows turned up than the job was said to have, and beyond a century.
  std::optional<std::chrono::seconds> left(nanoseconds now) const {
    auto const rate = rows_per_second(now);
    if (!rate || *rate <= 0 || done_ > total_) return std::nullopt;
    double const seconds = std::ceil(static_cast<double>(total_ - done_) / *rate);
    if (seconds > 100.0 * 365 * 24 * 60 * 60) return std::nullopt;
    return std::chrono::seconds(static_cast<std::int64_t>(seconds));
  }

private:
  struct sample {
    nanoseconds at;
    std::uint64_t done;
  };

  nanoseconds window_;
  std::uint64_t total_;
  std::uint64_t done_;
  std::deque<sample> samples_;
};

} // namespace zddm::backfill
