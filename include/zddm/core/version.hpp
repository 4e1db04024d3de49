// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

#define ZDDM_VERSION_MAJOR 0
#define ZDDM_VERSION_MINOR 1
#define ZDDM_VERSION_PATCH 0
#define ZDDM_VERSION "0.1.0"

namespace zddm {

/// Orders the writes of one key: a counter one above what the authority held, ties broken by the writing process.
/// The default is older than every version a store hands out.
struct version {
  std::uint64_t counter = 0;
  std::uint64_t process = 0;

  friend constexpr auto operator<=>(version const&, version const&) = default;
};

/// Of a row that was written before it had versions.
inline constexpr version oldest_version{0, 1};

/// Newer than every version of that counter, and of no process: New holds nothing, and was not told what Old holds.
constexpr version forgotten_version(std::uint64_t counter) { return {counter, std::numeric_limits<std::uint64_t>::max()}; }

/// Whether New was told what the key holds: that there is a value, or with which version it was erased.
constexpr bool knows(bool has_value, version v) { return has_value || (v != version{} && v != forgotten_version(v.counter)); }

} // namespace zddm
