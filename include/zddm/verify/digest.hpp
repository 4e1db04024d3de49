// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include <zddm/core/counterpart.hpp>
#include <zddm/core/digest.hpp>
#include <zddm/core/key.hpp>
#include <zddm/core/record.hpp>
#include <zddm/core/store.hpp>
#include <zddm/verify/merge.hpp>
#include <zddm/verify/stretch.hpp>

namespace zddm::verify {

/// Digests spare rows a way: one store at least makes its own, and both walk their keys in the same order. The other one, such
/// as an Old that has to be mapped to New's shape, is digested here from its rows.
template <class Old, class New>
inline constexpr bool digestible = (digesting_store<Old> || digesting_store<New>) && keyable<key_of<New>> &&
                                   field<value_of<New>> && ordered_like_new<Old> && ordered_like_new<New>;

namespace detail {

inline constexpr std::uint64_t fan = 16;   ///< parts into which a range that differs is cut
inline constexpr std::uint64_t leaf = 256; ///< rows of a range that is merged instead

template <class Key> struct rows_digest : range_digest<Key> {
  bool refused = false; ///< some row has no counterpart
};

template <class Store>
rows_digest<key_of<Store>> digest_range(Store& store, key_range<key_of<Store>> const& range, std::uint64_t limit) {
  if constexpr (digesting_store<Store>)
    return {store.digest(range, static_cast<std::size_t>(limit)), false};
  else {
    using key = key_of<Store>;
    digester<key, value_of<Store>> d;
    std::optional<key> last;
    bool refused = false;
    auto const visited = scan_with_refusals(
        store, range, static_cast<std::size_t>(limit),
        [&]<class Key>(Key&& k, value_of<Store> const& v) {
          d.add(k, v);
          last = std::forward<Key>(k);
        },
        [&](refusal<key> const& r) {
          refused = true;
          if (r.key) last = r.key;
        });
    auto found = d.result([&] { return *last; });
    found.rows = visited;
    found.last = std::move(last);
    return {std::move(found), refused};
  }
}

} // namespace detail

/// As `merge`, with ranges whose digests agree counted as compared, and only those that differ gone into, down to a few rows.
/// A write between the two digests of a range costs a closer look at it, and nothing else. `merged` is told how many keys had to
/// be merged.
template <scannable_store Old, scannable_store New, class Odd, class Keyless>
  requires digestible<Old, New>
advance<key_of<New>> digest(Old& from, New& to, stretch<key_of<New>> const& s, Odd&& odd, Keyless&& keyless,
                            std::uint64_t& merged, std::uint64_t step = 65'536) {
  advance<key_of<New>> n;
  auto at = s.range;
  while (!s.over(n.walked)) {
    auto const o = detail::digest_range(from, at, std::min(step, s.most - n.walked));
    bool const ends = o.rows < std::min(step, s.most - n.walked);
    key_range<key_of<New>> const part{at.after, ends ? s.range.upto : o.last};
    auto const w = detail::digest_range(to, part, o.rows + 1);
    if (!o.refused && !w.refused && o.rows == w.rows && o.sum == w.sum) {
      n.walked += o.rows;
      n.compared += o.rows;
    } else {
      stretch<key_of<New>> inner{part, s.most, s.page, {}, s.stop};
      auto const d = step <= detail::leaf
                         ? merge(from, to, inner, odd, keyless)
                         : digest(from, to, inner, odd, keyless, merged, std::max(step / detail::fan, detail::leaf));
      if (step <= detail::leaf) merged += d.walked;
      n.walked += d.walked;
      n.compared += d.compared;
      if (!d.ends) {
        n.last = d.last;
        return n;
      }
    }
    at.after = part.upto;
    if (ends) {
      n.ends = true;
      return n;
    }
  }
  n.last = at.after;
  return n;
}

} // namespace zddm::verify
