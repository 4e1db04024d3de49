// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string_view>

namespace zddm {

/// What became of a write in one store.
enum class reached : std::uint8_t {
  not_asked, ///< the route does not write there
  applied,
  invalidated, ///< the store knows that it does not know the key's value; it asks Old
  unknown,     ///< not known to be applied; the key asks Old until it is healed
  journaled,   ///< written down before the other store was written; healed later
  queued       ///< applied off the caller's path; the key asks Old until then
};

/// What an acknowledged write reached. A write that was not acknowledged throws instead.
struct write_outcome {
  reached old_store = reached::not_asked;
  reached new_store = reached::not_asked;

  friend constexpr bool operator==(write_outcome const&, write_outcome const&) = default;
};

constexpr std::string_view to_string(reached r) {
  switch (r) {
  case reached::not_asked: return "not asked";
  case reached::applied: return "applied";
  case reached::invalidated: return "invalidated";
  case reached::unknown: return "unknown";
  case reached::journaled: return "journaled";
  case reached::queued: break;
  }
  return "queued";
}

} // namespace zddm
