// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include <zddm/core/counterpart.hpp>
#include <zddm/core/diff.hpp>
#include <zddm/core/error.hpp>
#include <zddm/core/intent.hpp>
#include <zddm/core/store.hpp>
#include <zddm/core/version.hpp>
#include <zddm/verify/report.hpp>

namespace zddm::verify {

/// Both stores on one key. None of the first four: they agree.
template <class Value> struct glance {
  bool moving = false;  ///< the key was being written, or changed in New, during the look
  bool behind = false;  ///< New holds an earlier version: a write on its way, or one whose process died
  bool unknown = false; ///< somebody wrote the key, and New says that it does not know the outcome: Old answers
  std::optional<kind> wrong;
  knowledge known = knowledge::unknown;
  version at{};     ///< what New holds was written with, where there are versions
  version old_at{}; ///< what Old holds
  std::optional<Value> in_new;
  std::optional<Value> in_old;

  /// Nothing has moved since, as far as can be told.
  bool still(glance const& before) const {
    return known == before.known && at == before.at && old_at == before.old_at && same(in_new, before.in_new);
  }
};

namespace detail {

inline constexpr int damaged_record = 111; ///< the error code of a store that cannot read one

/// False: Old has a row that has no counterpart.
template <class Old, class Read> bool read_old(std::optional<value_of<Old>>& into, key_of<Old> const& key, Read&& read) {
  try {
    into = read();
    return true;
  } catch (unmappable const&) {
    return !can_hold<Old>(key);
  }
}

template <class Value> std::optional<kind> difference_of(glance<Value> const& g, bool mapped) {
  if (!mapped) return kind::unmappable;
  if (!g.in_old) return g.in_new ? std::optional(kind::extra) : std::nullopt;
  if (!g.in_new) return kind::missing;
  return same(g.in_new, g.in_old) ? std::nullopt : std::optional(kind::differs);
}

} // namespace detail

/// A way to look at both stores on one key so that a write in flight shows itself, by what New's side keeps.
template <class W, class Old, class New>
concept way = requires(W const& w, Old& from, New& to, key_of<New> const& key) {
  { w.look(from, to, key) } -> std::same_as<glance<value_of<New>>>;
};

/// Looks at New, then at Old, then at New again: New is not what it was, or says that the key is being written.
struct by_intents {
  template <class Old, intent_store New> glance<value_of<New>> look(Old& from, New& to, key_of<New> const& key) const {
    glance<value_of<New>> g;
    try {
      auto before = to.look(key);
      bool const mapped = detail::read_old<Old>(g.in_old, key, [&] { return from.get(key); });
      auto const after = to.look(key);
      g.moving = before.pending || after.pending || before.generation != after.generation || !same(before.value, after.value);
      g.known = before.known;
      g.in_new = std::move(before.value);
      g.unknown = mapped && g.in_old && g.known == knowledge::unknown && before.generation != 0;
      if (!g.unknown) g.wrong = detail::difference_of(g, mapped);
    } catch (store_error const& e) {
      if (e.code() != detail::damaged_record) throw;
      g.wrong = kind::damaged;
    }
    return g;
  }
};

/// The same by the versions in both stores (`consistency::versioned`). Since Old is written first, a New that holds a newer
/// version, or the same with another value, is wrong at once; one that is behind may be a write on its way.
struct by_versions {
  template <versioned_store Old, versioned_store New>
  glance<value_of<New>> look(Old& from, New& to, key_of<New> const& key) const {
    glance<value_of<New>> g;
    auto before = to.get_versioned(key);
    bool const mapped = detail::read_old<Old>(g.in_old, key, [&] {
      auto here = from.get_versioned(key);
      g.old_at = here.version;
      return std::move(here.value);
    });
    auto const after = to.get_versioned(key);
    g.moving = before.version != after.version || !same(before.value, after.value);
    g.at = before.version;
    g.known = before.value ? knowledge::present : knows(false, before.version) ? knowledge::absent : knowledge::unknown;
    g.in_new = std::move(before.value);
    g.unknown = mapped && g.in_old && g.known == knowledge::unknown && before.version != version{};
    if (!g.unknown) g.wrong = detail::difference_of(g, mapped);
    g.behind = mapped && g.wrong && g.at < std::max(g.old_at, g.in_old ? oldest_version : version{});
    return g;
  }
};

/// The same by New's value alone: a write that begins and ends within a look, and puts what was there, is not seen.
struct by_values {
  template <class Old, class New> glance<value_of<New>> look(Old& from, New& to, key_of<New> const& key) const {
    glance<value_of<New>> g;
    g.in_new = to.get(key);
    bool const mapped = detail::read_old<Old>(g.in_old, key, [&] { return from.get(key); });
    g.moving = !same(g.in_new, to.get(key));
    g.known = g.in_new ? knowledge::present : knowledge::absent;
    g.wrong = detail::difference_of(g, mapped);
    return g;
  }
};

/// The way for two stores where nothing else is said. Stores that keep both intents and versions are taken for what
/// `consistency::intent`, the default of a proxy, keeps in them.
template <class Old, class New>
using way_of = std::conditional_t<intent_store<New>, by_intents,
                                  std::conditional_t<versioned_store<Old> && versioned_store<New>, by_versions, by_values>>;

template <class Old, class New, class Way = way_of<Old, New>>
glance<value_of<New>> look_at(Old& from, New& to, key_of<New> const& key, Way const& how = {}) {
  return how.look(from, to, key);
}

} // namespace zddm::verify
