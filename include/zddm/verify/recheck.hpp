// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include <zddm/core/diff.hpp>
#include <zddm/core/error.hpp>
#include <zddm/core/intent.hpp>
#include <zddm/core/store.hpp>
#include <zddm/core/timing.hpp>
#include <zddm/verify/report.hpp>

namespace zddm::verify {

/// Both stores on one key. None of the first three: they agree.
template <class Value> struct glance {
  bool moving = false;  ///< the key was being written, or changed in New, during the look
  bool unknown = false; ///< somebody wrote the key, and New says that it does not know the outcome: Old answers
  std::optional<kind> wrong;
  knowledge known = knowledge::unknown;
  std::optional<Value> in_new;
  std::optional<Value> in_old;
};

namespace detail {

inline constexpr int damaged_record = 111; ///< the error code of a store that cannot read one

template <class New> auto sight(New& to, key_of<New> const& key) {
  if constexpr (intent_store<New>)
    return to.look(key);
  else {
    auto value = to.get(key);
    auto const known = value ? knowledge::present : knowledge::absent;
    return sighting<value_of<New>>{known, std::move(value), 0, false};
  }
}

} // namespace detail

/// Looks at New, then at Old, then at New again, so that a write in flight shows itself: with intents, New is not what it
/// was, or says that the key is being written.
template <class Old, class New> glance<value_of<New>> look_at(Old& from, New& to, key_of<New> const& key) {
  glance<value_of<New>> g;
  try {
    auto before = detail::sight(to, key);
    bool unmappable_row = false;
    try {
      g.in_old = from.get(key);
    } catch (unmappable const&) {
      unmappable_row = true;
    }
    auto const after = detail::sight(to, key);
    g.moving = before.pending || after.pending || before.generation != after.generation || !same(before.value, after.value);
    bool const recorded = before.generation != 0;
    g.known = before.known;
    g.in_new = std::move(before.value);
    if (unmappable_row)
      g.wrong = kind::unmappable;
    else if (!g.in_old)
      g.wrong = g.in_new ? std::optional(kind::extra) : std::nullopt;
    else if (g.known == knowledge::unknown && recorded)
      g.unknown = true;
    else if (!g.in_new)
      g.wrong = kind::missing;
    else if (!same(g.in_new, g.in_old))
      g.wrong = kind::differs;
  } catch (store_error const& e) {
    if (e.code() != detail::damaged_record) throw;
    g.wrong = kind::damaged;
  }
  return g;
}

/// A key that seemed wrong, and what the looks at it have shown.
template <class Key, class Value> struct suspect {
  Key key;
  std::chrono::nanoseconds since{0};
  int looks = 0; ///< in a row at which it was wrong and New had not moved
  glance<Value> last;
};

struct patience {
  int looks = 3;                          ///< at which a key must be wrong, one after the other
  int generations = 9;                    ///< a key that is not settled by then is in flight
  std::chrono::milliseconds between{100}; ///< generations
};

/// How many suspects were none.
struct rechecked {
  std::uint64_t agreed = 0;
  std::uint64_t unknown = 0;
  std::uint64_t in_flight = 0;
};

/// Looks at all suspects again and again, and takes them away; those that stay wrong while New does not move are told to
/// `wrong(suspect)`. A key that New has never heard of since its records were made is never taken for one in flight or the
/// other way round; of a key that New has, only a write that starts and ends within a look can hide, and it would have to at
/// each look.
template <class Old, class New, class Wrong>
rechecked recheck(Old& from, New& to, std::vector<suspect<key_of<New>, value_of<New>>>& suspects, patience const& p,
                  timing const& t, std::stop_token const& stop, Wrong&& wrong) {
  rechecked n;
  for (int generation = 0; generation < p.generations && !suspects.empty() && !stop.stop_requested(); ++generation) {
    if (generation > 0) t.sleep(p.between, stop);
    std::erase_if(suspects, [&](auto& s) {
      if (stop.stop_requested()) return false;
      auto g = look_at(from, to, s.key);
      if (!g.moving && g.unknown) return ++n.unknown, true;
      if (!g.moving && !g.wrong) return ++n.agreed, true;
      bool const as_before = s.looks > 0 && g.known == s.last.known && same(g.in_new, s.last.in_new);
      s.looks = g.moving ? 0 : as_before ? s.looks + 1 : 1;
      s.last = std::move(g);
      if (s.looks < p.looks) return false;
      wrong(s);
      return true;
    });
  }
  n.in_flight = suspects.size();
  suspects.clear();
  return n;
}

} // namespace zddm::verify
