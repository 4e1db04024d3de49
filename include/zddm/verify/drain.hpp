// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include <boost/hana/define_struct.hpp>

#include <zddm/core/intent.hpp>
#include <zddm/core/store.hpp>
#include <zddm/verify/look_at.hpp>

namespace zddm::verify {

/// What became of the keys that New had to ask Old for.
struct drained {
  BOOST_HANA_DEFINE_STRUCT(drained, (std::uint64_t, healed), (std::uint64_t, in_flight), // a live process writes the key
                           (std::uint64_t, left_unknown)); // New cannot hold Old's row, or somebody wrote the key meanwhile

  /// No key of New is unknown.
  bool dry() const { return in_flight == 0 && left_unknown == 0; }
};

/// Heals every key of which New has a record that says unknown, while Old is the authority. Of the writes in flight, those
/// that are `abandoned(intent_id)` lose their right to end with a value; a key with any other is left alone. A marked
/// write that is abandoned stays valid and no longer keeps others from the key. A write to Old
/// that is still on its way when its process is called dead is the one thing no drain can see: `abandoned` must wait for
/// as long as such a write may take.
template <class Old, intent_store New, class Abandoned>
drained drain(Old& from, New& to, Abandoned&& abandoned, std::size_t page = 1000, std::stop_token const& stop = {}) {
  using key = key_of<New>;
  drained n{};
  std::vector<std::pair<key, intent_record>> records;
  std::optional<key> after;
  std::size_t visited = page;
  while (visited == page && !stop.stop_requested()) {
    records.clear();
    visited = to.records(after, page, [&](key const& k, intent_record const& r) { records.emplace_back(k, r); });
    if (!records.empty()) after = records.back().first;
    for (auto const& [k, record] : records) {
      for (auto const& id : record.pending)
        if (abandoned(id)) to.release(k, intent{id});
      if (record.known != knowledge::unknown) continue;
      auto const seen = to.look(k);
      if (seen.pending)
        ++n.in_flight;
      else if (seen.known == knowledge::unknown) {
        std::optional<value_of<New>> value;
        bool const mapped = detail::read_old<Old>(value, k, [&] { return from.get(k); });
        ++(mapped && to.fill(k, value, seen.seen) ? n.healed : n.left_unknown);
      }
    }
  }
  return n;
}

} // namespace zddm::verify
