// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>

#include <zddm/core/store.hpp>
#include <zddm/lmdb/table.hpp>
#include <zddm/lmdb/transaction.hpp>

namespace zddm::lmdb {

/// Calls f(cursor const&) for at most `limit` entries of a database of the table whose keys, in bytes, lie in the range, in the
/// order of the database; says how many. However many there are, what it leaves mapped is bounded.
template <class F>
std::size_t walk(table const& in, transaction const& t, database db, key_range<std::string> const& range, std::size_t limit,
                 F&& f) {
  constexpr std::size_t told_each = 1024;
  std::size_t n = 0;
  cursor at(t, db);
  auto const tell = [&](std::size_t rows) { in.env().walked(rows * (at.key().size() + at.value().size())); };
  for (bool more = at.above(range.after); more && n < limit; more = at.next()) {
    if (in.ours(at.key())) continue;
    if (range.upto && t.less(db, *range.upto, at.key())) break;
    f(at);
    if (++n % told_each == 0) tell(told_each);
  }
  if (n % told_each != 0) tell(n % told_each);
  return n;
}

} // namespace zddm::lmdb
