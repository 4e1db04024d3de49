// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <stop_token>

#include <zddm/core/store.hpp>

namespace zddm::verify {

/// A part of a comparison: from `range.after` on, in the order of the store that is walked.
template <class Key> struct stretch {
  key_range<Key> range{};
  std::uint64_t most = std::numeric_limits<std::uint64_t>::max(); ///< keys to go over, or some more
  std::size_t page = 1000;                                        ///< rows held of each store
  std::function<bool(Key const&)> takes{};                        ///< the keys to compare; every one where it is empty
  std::stop_token stop{};                                         ///< ends it after the key at hand

  bool wants(Key const& key) const { return !takes || takes(key); }
  /// `parts`: it may end at the key at hand; where it may not, it goes over a few more.
  bool over(std::uint64_t walked, bool parts = true) const { return (walked >= most && parts) || stop.stop_requested(); }
};

/// How far a stretch came.
template <class Key> struct advance {
  std::uint64_t walked = 0;   ///< keys gone over
  std::uint64_t compared = 0; ///< of those
  std::optional<Key> last;    ///< the next stretch starts after it; there only if `ends` is not
  bool ends = false;          ///< the range has no more keys
};

} // namespace zddm::verify
