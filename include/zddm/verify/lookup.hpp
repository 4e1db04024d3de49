// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <zddm/core/counterpart.hpp>
#include <zddm/core/diff.hpp>
#include <zddm/core/error.hpp>
#include <zddm/core/store.hpp>
#include <zddm/verify/cursor.hpp>
#include <zddm/verify/report.hpp>
#include <zddm/verify/stretch.hpp>

namespace zddm::verify {

namespace detail {

/// A row that cannot be mapped is there, too.
template <class Store> bool holds(Store& store, key_of<Store> const& key) {
  try {
    return store.get(key).has_value();
  } catch (unmappable const&) {
    return can_hold<Store>(key);
  }
}

/// `compare(row)` says whether the key counts.
template <class Store, class Keyless, class Compare>
advance<key_of<Store>> each_row(Store& store, stretch<key_of<Store>> const& s, Keyless& keyless, Compare&& compare) {
  advance<key_of<Store>> n;
  for (cursor<Store> rows(store, s.range, s.page, keyless); auto const* row = rows.get(); rows.next()) {
    if (s.wants(row->key)) n.compared += compare(*row);
    if (!s.over(++n.walked, rows.can_part(true))) continue;
    n.last = row->key;
    return n;
  }
  n.ends = true;
  return n;
}

} // namespace detail

/// As `merge`, for stores whose orders have nothing to do with each other, and in two halves: here each row of Old is
/// looked up in New.
template <scannable_store Old, scannable_store New, class Odd, class Keyless>
advance<key_of<New>> lookup(Old& from, New& to, stretch<key_of<New>> const& s, Odd&& odd, Keyless&& keyless) {
  return detail::each_row(from, s, keyless, [&](auto const& o) {
    if (!o.value)
      odd(kind::unmappable, o.key);
    else if (auto const n = to.get(o.key); !n)
      odd(kind::missing, o.key);
    else if (!same(*o.value, *n))
      odd(kind::differs, o.key);
    return true;
  });
}

/// The other half: each key of New is looked up in Old. Only those that are not there are counted as compared.
template <scannable_store Old, scannable_store New, class Odd, class Keyless>
advance<key_of<New>> lookup_back(Old& from, New& to, stretch<key_of<New>> const& s, Odd&& odd, Keyless&& keyless) {
  return detail::each_row(to, s, keyless, [&](auto const& n) {
    if (detail::holds(from, n.key)) return false;
    odd(kind::extra, n.key);
    return true;
  });
}

} // namespace zddm::verify
