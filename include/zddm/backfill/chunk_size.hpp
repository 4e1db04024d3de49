// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include <zddm/backfill/footprint.hpp>
#include <zddm/core/counterpart.hpp>
#include <zddm/core/store.hpp>
#include <zddm/core/timing.hpp>

namespace zddm::backfill {

/// How big a chunk may be, about: what comes first counts.
struct chunk_size {
  std::uint64_t rows = 100'000;
  std::uint64_t bytes = 256 << 20;           ///< of keys and values in memory
  std::chrono::milliseconds reading{10'000}; ///< it from Old
};

/// How many rows a chunk has then, judged by at most `looked_at` of the first rows of the store; at least one.
template <scannable_store Store>
std::uint64_t rows_within(chunk_size const& most, Store& store, timing const& time, std::size_t looked_at = 1000) {
  std::uint64_t seen = 0, bytes = 0;
  auto const start = time.now();
  scan_with_refusals(
      store, key_range<key_of<Store>>{}, looked_at,
      [&](auto const& key, auto const& value) {
        ++seen;
        bytes += footprint(key) + footprint(value);
      },
      [](auto const&) {});
  auto const took = static_cast<std::uint64_t>(std::max<std::chrono::nanoseconds::rep>((time.now() - start).count(), 1));
  if (seen == 0) return std::max<std::uint64_t>(most.rows, 1);
  auto const within = [&](std::uint64_t limit, std::uint64_t used) {
    return static_cast<std::uint64_t>(static_cast<double>(limit) / static_cast<double>(used) * static_cast<double>(seen));
  };
  auto const nanoseconds = static_cast<std::uint64_t>(std::chrono::nanoseconds(most.reading).count());
  return std::max<std::uint64_t>(std::min({most.rows, within(most.bytes, bytes), within(nanoseconds, took)}), 1);
}

} // namespace zddm::backfill
