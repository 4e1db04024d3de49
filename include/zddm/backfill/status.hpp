// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string_view>

#include <zddm/backfill/coverage.hpp>

namespace zddm::backfill {

/// Where a running backfill is, as one of its processes knows it: its own work at once, that of the others a second or two later.
struct status {
  backfill::coverage coverage;
  std::optional<double> rows_per_second;                          ///< lately, of all processes; nothing at first
  std::optional<std::chrono::seconds> left;                       ///< nothing: unknown
  std::map<std::string_view, std::chrono::nanoseconds> throttled; ///< by reason, summed over the workers of this process
  bool paused = false;
  std::string_view throttle{};  ///< why the last page is waited after; empty: it is not
  std::size_t processes = 1;    ///< at work, this one included
  std::uint64_t own_copied = 0; ///< rows that this process copied
};

} // namespace zddm::backfill
