// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <stop_token>
#include <utility>
#include <vector>

#include <zddm/core/store.hpp>
#include <zddm/core/timing.hpp>
#include <zddm/verify/look_at.hpp>
#include <zddm/verify/report.hpp>

namespace zddm::verify {

/// A key that seemed wrong, and what the looks at it have shown.
template <class Key, class Value> struct suspect {
  Key key;
  kind seen; ///< when it last seemed wrong
  std::chrono::nanoseconds since{0};
  int looks = 0; ///< in a row at which it was wrong and New had not moved
  glance<Value> last;
};

struct patience {
  int looks = 3;                          ///< at which a key must be wrong, one after the other
  int generations = 9;                    ///< a key that is not settled by then is in flight
  std::chrono::milliseconds between{100}; ///< generations
};

/// The suspects that were none.
struct rechecked {
  counts agreed{};
  counts unknown{};
  counts in_flight{};
};

/// Looks at all suspects again and again, and takes them away; those that stay wrong while nothing moves are told to
/// `wrong(suspect)`: after `looks` looks, or where New is behind a version of Old only if it was so at every one, since the write
/// may be on its way. With intents, a key that New has never heard of since its records were made is never taken for one in
/// flight or the other way round; of a key that New has, only a write that starts and ends within a look can hide, and it would
/// have to at each look.
template <class Old, class New, way<Old, New> Way, class Wrong>
rechecked recheck(Old& from, New& to, Way const& how, std::vector<suspect<key_of<New>, value_of<New>>>& suspects,
                  patience const& p, timing const& t, std::stop_token const& stop, Wrong&& wrong) {
  rechecked n;
  for (int generation = 0; generation < p.generations && !suspects.empty() && !stop.stop_requested(); ++generation) {
    if (generation > 0) t.sleep(p.between, stop);
    std::erase_if(suspects, [&](auto& s) {
      if (stop.stop_requested()) return false;
      auto g = how.look(from, to, s.key);
      if (g.wrong) s.seen = *g.wrong;
      if (!g.moving && g.unknown) return n.unknown.add(s.seen), true;
      if (!g.moving && !g.wrong) return n.agreed.add(s.seen), true;
      s.looks = g.moving ? 0 : s.looks > 0 && g.still(s.last) ? s.looks + 1 : 1;
      s.last = std::move(g);
      if (s.looks < (s.last.behind ? p.generations : p.looks)) return false;
      wrong(s);
      return true;
    });
  }
  for (auto const& s : suspects) n.in_flight.add(s.seen);
  suspects.clear();
  return n;
}

} // namespace zddm::verify
