// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <random>
#include <vector>

#include <zddm/core/hash.hpp>
#include <zddm/core/key.hpp>
#include <zddm/core/store.hpp>
#include <zddm/core/text.hpp>
#include <zddm/core/threshold.hpp>
#include <zddm/verify/position.hpp>

namespace zddm::verify {

/// What a verification compares of everything: the keys of a share by their hash, which walks all of both stores, or all keys of
/// some ranges, which walks only those.
struct sample {
  threshold share = threshold::open();
  std::size_t ranges = 0;              ///< that many, at random; 0: one, the whole
  std::uint64_t rows_a_range = 1000;   ///< about; more where the store has more than four million rows
  std::optional<std::uint64_t> seed{}; ///< another one at each pass if there is none

  bool partial() const { return ranges != 0 || !share.is_open(); }
};

namespace detail {

inline std::uint64_t random_seed() {
  std::random_device random;
  return (std::uint64_t{random()} << 32) | random();
}

template <class Key> std::uint64_t sample_hash(Key const& key, std::uint64_t seed) {
  if constexpr (keyable<Key>)
    return hash(key, seed);
  else
    return hash_bytes(text::encode(key), seed);
}

/// The ranges of the store that a pass goes over, in the store's order.
template <scannable_store Store> std::vector<part> parts_of(Store& store, sample const& s, std::uint64_t seed, bool back) {
  if (s.ranges == 0) return {{back, {}, {}}};
  constexpr std::uint64_t most = 4096;
  auto const wanted =
      std::min(std::max<std::uint64_t>(store.size() / std::max<std::uint64_t>(s.rows_a_range, 1), s.ranges), most);
  std::vector<part> parts{{back, {}, {}}};
  for (auto const& point : store.split_points(static_cast<std::size_t>(wanted - 1))) {
    parts.back().upto = text::encode(point);
    parts.push_back({back, parts.back().upto, {}});
  }
  std::vector<part> chosen;
  std::mt19937_64 random(seed);
  std::sample(parts.begin(), parts.end(), std::back_inserter(chosen), s.ranges, random);
  return chosen;
}

} // namespace detail

} // namespace zddm::verify
