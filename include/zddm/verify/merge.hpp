// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <compare>

#include <zddm/core/counterpart.hpp>
#include <zddm/core/diff.hpp>
#include <zddm/core/error.hpp>
#include <zddm/core/store.hpp>
#include <zddm/verify/cursor.hpp>
#include <zddm/verify/report.hpp>
#include <zddm/verify/stretch.hpp>

namespace zddm::verify {

/// Compares two stores in one pass over both, in the order of their keys, holding one page of each. Calls
/// `odd(kind, key)` for each key on which they seem to disagree, in that order, and
/// `keyless(text)` for each row of Old whose key has no counterpart. Throws ZD-141 if a store does not walk its keys in
/// their order.
template <scannable_store Old, scannable_store New, class Odd, class Keyless>
advance<key_of<New>> merge(Old& from, New& to, stretch<key_of<New>> const& s, Odd&& odd, Keyless&& keyless) {
  cursor<Old> left(from, s.range, s.page, keyless);
  cursor<New> right(to, s.range, s.page, keyless);
  advance<key_of<New>> n;
  while (left.get() || right.get()) {
    if (!left.ascending() || !right.ascending())
      throw error(141, "a store does not walk its keys in the order in which they compare, so the stores cannot be merged; "
                       "nothing was changed. Verify by lookups instead");
    auto const* const o = left.get();
    auto const* const w = right.get();
    auto const order = !o ? std::weak_ordering::greater : !w ? std::weak_ordering::less : detail::compare(o->key, w->key);
    auto const& key = order <= 0 ? o->key : w->key;
    if (s.wants(key)) {
      ++n.compared;
      if (order < 0)
        odd(o->value ? kind::missing : kind::unmappable, key);
      else if (order > 0)
        odd(kind::extra, key);
      else if (!o->value)
        odd(kind::unmappable, key);
      else if (!same(*o->value, *w->value))
        odd(kind::differs, key);
    }
    if (s.over(++n.walked, left.can_part(order <= 0) && (order <= 0 || can_hold<Old>(key)))) {
      n.last = key;
      return n;
    }
    if (order <= 0) left.next();
    if (order >= 0) right.next();
  }
  n.ends = true;
  return n;
}

} // namespace zddm::verify
