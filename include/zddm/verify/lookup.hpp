// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include <zddm/core/diff.hpp>
#include <zddm/core/error.hpp>
#include <zddm/core/store.hpp>
#include <zddm/verify/cursor.hpp>
#include <zddm/verify/report.hpp>

namespace zddm::verify {

namespace detail {

/// A row that cannot be mapped is there, too.
template <class Store> bool holds(Store& store, key_of<Store> const& key) {
  try {
    return store.get(key).has_value();
  } catch (unmappable const&) {
    return true;
  }
}

} // namespace detail

/// As `merge`, for stores whose orders have nothing to do with each other: each row of Old is looked up in New, then each
/// key of New in Old. A key on which they disagree is told once. Returns the number of keys compared.
template <scannable_store Old, scannable_store New, class Odd, class Keyless>
std::uint64_t lookup(Old& from, New& to, std::size_t page, std::stop_token const& stop, Odd&& odd, Keyless&& keyless) {
  std::uint64_t compared = 0;
  for (cursor<Old> rows(from, page, keyless); auto const* o = rows.get(); rows.next(), ++compared) {
    if (stop.stop_requested()) return compared;
    if (!o->value) {
      odd(kind::unmappable, o->key);
      continue;
    }
    auto const n = to.get(o->key);
    if (!n)
      odd(kind::missing, o->key);
    else if (!same(*o->value, *n))
      odd(kind::differs, o->key);
  }
  for (cursor<New> rows(to, page, keyless); auto const* n = rows.get(); rows.next()) {
    if (stop.stop_requested()) return compared;
    if (detail::holds(from, n->key)) continue;
    odd(kind::extra, n->key);
    ++compared;
  }
  return compared;
}

} // namespace zddm::verify
