// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <zddm/core/counterpart.hpp>
#include <zddm/core/store.hpp>

namespace zddm::backfill {

/// A range of keys that is copied as one unit and remembered as one.
template <class Key> struct chunk {
  std::uint64_t id = 0;
  key_range<Key> range;

  friend bool operator==(chunk const&, chunk const&) = default;
};

/// How a store is cut: the last key of each chunk, ascending, and whether one more chunk is left beyond them.
template <class Key> struct cuts {
  std::vector<Key> bounds;
  bool tail = false;      ///< beyond the last bound there are rows, but none whose key has a counterpart in New's shape
  std::uint64_t rows = 0; ///< how many there were, about

  std::size_t chunks() const { return bounds.size() + tail; }

  chunk<Key> at(std::size_t id) const {
    chunk<Key> c{id, {}};
    if (id > 0) c.range.after = bounds[id - 1];
    if (id < bounds.size()) c.range.upto = bounds[id];
    return c;
  }
};

namespace detail {

/// So many neighbours become one that there are at most `most`; the last key stays.
template <class Key> std::vector<Key> thinned(std::vector<Key> keys, std::size_t most) {
  std::size_t const each = (keys.size() + most - 1) / most;
  if (each <= 1) return keys;
  std::vector<Key> kept;
  for (std::size_t i = (keys.size() - 1) % each; i < keys.size(); i += each) kept.push_back(std::move(keys[i]));
  return kept;
}

} // namespace detail

/// Chunks of about `rows_each` rows, at most `most` of them and a tail, which cover every row there is now. The last bound
/// is the last key there is now, so that a copy ends however fast rows are added behind it. An empty store has no chunks.
/// Reads one chunk's worth of rows of a store that is not strided.
template <scannable_store Store>
cuts<key_of<Store>> cut(Store& store, std::uint64_t rows_each, std::size_t most, std::size_t page = 10'000) {
  using key = key_of<Store>;
  most = std::max<std::size_t>(most, 1);
  if constexpr (strided_store<Store>) {
    auto walked = store.strides(std::max<std::uint64_t>(rows_each, 1));
    return {detail::thinned(std::move(walked.keys), most), false, walked.rows};
  }
  cuts<key> made;
  made.rows = store.size();
  auto const wanted = std::clamp<std::uint64_t>(made.rows / std::max<std::uint64_t>(rows_each, 1), 1, most);
  if (wanted > 1) made.bounds = store.split_points(static_cast<std::size_t>(wanted - 1));
  std::optional<key> last = made.bounds.empty() ? std::nullopt : std::optional<key>(made.bounds.back());
  auto const beyond = [&](key const& k) {
    last = k;
    made.tail = false;
  };
  std::size_t visited = page;
  while (visited == page) {
    key_range<key> const rest{last, std::nullopt};
    visited = scan_with_refusals(
        store, rest, page, [&](key const& k, auto const&) { beyond(k); },
        [&](refusal<key> const& r) {
          made.tail = true;
          if (r.key) beyond(*r.key);
        });
  }
  if (last && (made.bounds.empty() || !(*last == made.bounds.back()))) made.bounds.push_back(*last);
  return made;
}

} // namespace zddm::backfill
