// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <utility>

#include <zddm/core/diff.hpp>
#include <zddm/core/error.hpp>
#include <zddm/core/store.hpp>
#include <zddm/verify/cursor.hpp>
#include <zddm/verify/report.hpp>

namespace zddm::verify {

/// Compares two stores in one pass over both, in the order of their keys, holding one page of each. Calls
/// `odd(kind, key)` for each key on which they seem to disagree, in that order, and
/// `keyless(text)` for each row of Old whose key has no counterpart. Returns the number of keys compared.
/// Ends early when a stop is requested. Throws ZD-141 if a store does not walk its keys in their order.
template <scannable_store Old, scannable_store New, class Odd, class Keyless>
std::uint64_t merge(Old& from, New& to, std::size_t page, std::stop_token const& stop, Odd&& odd, Keyless&& keyless) {
  cursor<Old> left(from, page, keyless);
  cursor<New> right(to, page, keyless);
  std::uint64_t compared = 0;
  for (; (left.get() || right.get()) && !stop.stop_requested(); ++compared) {
    if (!left.ascending() || !right.ascending())
      throw error(141, "a store does not walk its keys in the order in which they compare, so the stores cannot be merged; "
                       "nothing was changed. Verify by lookups instead");
    auto const* const o = left.get();
    auto const* const n = right.get();
    auto const order = !o ? std::weak_ordering::greater : !n ? std::weak_ordering::less : detail::compare(o->key, n->key);
    if (order < 0)
      odd(o->value ? kind::missing : kind::unmappable, o->key);
    else if (order > 0)
      odd(kind::extra, n->key);
    else if (!o->value)
      odd(kind::unmappable, o->key);
    else if (!same(*o->value, *n->value))
      odd(kind::differs, o->key);
    if (order <= 0) left.next();
    if (order >= 0) right.next();
  }
  return compared;
}

} // namespace zddm::verify
