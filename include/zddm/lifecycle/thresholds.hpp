// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstdint>

namespace zddm::lifecycle {

/// What a migration asks of what its processes measure before it is switched, beside a complete copy, no open mismatch and no
/// unknown key, which are always asked for. A migration has a `static constexpr thresholds` of its own; zero asks for nothing.
struct thresholds {
  std::uint32_t consistency_ppm = 0; ///< of the reads compared over the window, at least so many parts per million agreed
  std::chrono::seconds window{3600}; ///< as long as comparisons have to reach back
  std::uint32_t latency_percent = 0; ///< New's 99th percentile of reads is at most so many percent of Old's

  friend constexpr bool operator==(thresholds const&, thresholds const&) = default;
};

} // namespace zddm::lifecycle
