// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include <zddm/core/distribution.hpp>

namespace zddm::observer {

/// Counts durations in buckets of which there are four to each doubling, so that a quantile is off by an eighth at most.
/// Threads share it without a lock.
class histogram {
public:
  static constexpr std::size_t buckets = 4 * 62;

  void add(std::chrono::nanoseconds took) noexcept { counts_[bucket_of(took)].fetch_add(1, std::memory_order_relaxed); }

  /// What was counted up to now.
  distribution read() const {
    distribution all;
    for (std::size_t i = 0; i < buckets; ++i)
      all.append(static_cast<std::uint64_t>(middle_of(i).count()), counts_[i].load(std::memory_order_relaxed));
    return all;
  }

  std::uint64_t size() const { return read().size(); }

  /// The duration which the share `q` (0 to 1) of all do not exceed; zero while there is none.
  std::chrono::nanoseconds quantile(double q) const { return read().quantile(q); }

  static constexpr std::size_t bucket_of(std::chrono::nanoseconds took) noexcept {
    auto const n = static_cast<std::uint64_t>(took.count() < 4 ? 4 : took.count());
    auto const power = static_cast<std::size_t>(std::bit_width(n)) - 1;
    return (power - 2) * 4 + (n >> (power - 2) & 3);
  }
  static constexpr std::chrono::nanoseconds middle_of(std::size_t bucket) noexcept {
    auto const power = bucket / 4 + 2;
    auto const low = (std::uint64_t{4} + bucket % 4) << (power - 2);
    return std::chrono::nanoseconds(static_cast<std::int64_t>(low + (std::uint64_t{1} << (power - 2)) / 2));
  }

private:
  std::array<std::atomic<std::uint64_t>, buckets> counts_{};
};

} // namespace zddm::observer
