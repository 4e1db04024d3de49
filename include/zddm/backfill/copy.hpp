// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <zddm/backfill/footprint.hpp>
#include <zddm/core/counterpart.hpp>
#include <zddm/core/store.hpp>

namespace zddm::backfill {

/// One page of Old on its way to New. A page is reused: its room stays, up to that of a few pages.
template <class Key, class Row> struct page {
  std::uint64_t seen = 0;           ///< New's sequence number before Old was read
  std::vector<Row> rows;            ///< what New is offered
  std::vector<std::string> refused; ///< Old's keys, as text, of rows that have no counterpart in New's shape
  std::uint64_t bytes = 0;          ///< of those that New is offered, keys included; about
  std::optional<Key> last;          ///< the last key of the page, whether its row was refused or not
  bool ends = false;                ///< Old had no more rows in the range
  std::uint64_t room = 0;           ///< the rows take at most, which keep that of the biggest values they held
};

/// What one page may hold: it ends with the row that reaches either.
struct page_limit {
  page_limit(std::size_t most_rows, std::uint64_t most_bytes = std::numeric_limits<std::uint64_t>::max())
      : rows(most_rows), bytes(most_bytes) {}

  std::size_t rows; ///< zero: no page
  std::uint64_t bytes;
};

/// Fills New where New has no intents: reads the key again from Old under the key's lock, and puts what is there if New
/// has nothing; says whether it did. A proxy whose consistency is kept inside one process is one.
template <class F, class Key>
concept filler = requires(F& f, Key const& key) {
  { f.fill(key) } -> std::same_as<bool>;
};

/// What a copy can write to.
template <class T, class Old>
concept target = (intent_store<T> && std::same_as<key_of<T>, key_of<Old>> && std::same_as<value_of<T>, value_of<Old>>) ||
                 filler<T, key_of<Old>>;

/// Copies pages so that no newer value is overwritten and no deleted key comes back, whoever writes meanwhile.
/// A page that was read may be written any time later, more than once, or never.
template <scannable_store Old, target<Old> New> class copy {
public:
  using key = key_of<Old>;
  static constexpr bool fenced = intent_store<New>;
  using row = std::conditional_t<fenced, entry_of<Old>, key>;
  using page_type = page<key, row>;

  copy(Old& from, New& to) : from_(from), to_(to) {}

  void read(key_range<key> const& range, page_limit limit, page_type& p) {
    if (p.room / 4 > limit.bytes) {
      p.rows.clear();
      p.room = 0;
    }
    p.refused.clear();
    p.bytes = 0;
    if constexpr (fenced) p.seen = to_.sequence();
    std::size_t used = 0;
    std::optional<key> refused_last; // later than the last of the rows
    auto const keep = [&]<class K, class V>(K&& k, V&& v) {
      refused_last.reset();
      p.bytes += footprint(k) + footprint(v);
      if (used == p.rows.size())
        p.rows.push_back(made(std::forward<K>(k), std::forward<V>(v)));
      else
        renew(p.rows[used], std::forward<K>(k), std::forward<V>(v));
      ++used;
      if (p.bytes >= limit.bytes) throw full{};
    };
    auto const refuse = [&](refusal<key> const& r) {
      p.refused.push_back(r.old_key);
      if (r.key) refused_last = r.key;
    };
    std::size_t visited = limit.rows;
    try {
      visited = scan_with_refusals(from_, range, limit.rows, keep, refuse);
    } catch (full const&) { // there may be more
    }
    p.room += p.bytes;
    p.rows.erase(p.rows.begin() + static_cast<std::ptrdiff_t>(used), p.rows.end());
    if (refused_last)
      p.last = std::move(refused_last);
    else if (used > 0)
      p.last = key_in(p.rows.back());
    else
      p.last.reset();
    p.ends = visited < limit.rows || (range.upto && p.last == range.upto);
  }

  /// How many rows New took; the others are there already, or are being written by somebody else.
  std::size_t write(page_type const& p) {
    if constexpr (fenced)
      return p.rows.empty() ? 0 : to_.fill_many(p.rows, p.seen);
    else
      return static_cast<std::size_t>(std::count_if(p.rows.begin(), p.rows.end(), [&](key const& k) { return to_.fill(k); }));
  }

private:
  /// Ends a scan from inside it.
  struct full {};

  template <class K, class V> static row made(K&& k, V&& v) {
    if constexpr (fenced)
      return {std::forward<K>(k), std::forward<V>(v)};
    else
      return std::forward<K>(k);
  }
  template <class K, class V> static void renew(row& r, K&& k, V&& v) {
    if constexpr (fenced) {
      r.key = std::forward<K>(k);
      r.value = std::forward<V>(v);
    } else
      r = std::forward<K>(k);
  }

  static key const& key_in(row const& r) {
    if constexpr (fenced)
      return r.key;
    else
      return r;
  }

  Old& from_;
  New& to_;
};

} // namespace zddm::backfill
