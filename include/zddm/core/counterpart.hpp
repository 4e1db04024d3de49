// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <zddm/core/store.hpp>

/// What may be asked of any Old, whether a mapping stands between it and New's shape or not.
namespace zddm {

/// A row of Old that has no counterpart in New's shape.
template <class Key> struct refusal {
  std::optional<Key> key; ///< in New's shape; nothing if the key itself has no counterpart
  std::string old_key;    ///< the text of the key in Old's shape
  std::string why;
};

namespace detail {

template <class S> inline constexpr bool is_mapped = requires { typename S::mapping; };

/// Whether what is put is what is got back.
template <class S> inline constexpr bool exact_shape = true;
template <class S>
  requires requires { S::is_exact; }
inline constexpr bool exact_shape<S> = S::is_exact;

template <class S> inline constexpr bool one_way_shape = !std::same_as<zddm::input_of<S>, value_of<S>>;

} // namespace detail

/// Whether scans of the store stand in ascending order of its own keys; not so where a key mapping breaks the order.
template <class S> inline constexpr bool ordered_like_new = true;
template <class S>
  requires requires { S::is_ordered; }
inline constexpr bool ordered_like_new<S> = S::is_ordered;

/// Whether the store can hold a row under the key: not so where a mapping has no counterpart for it.
template <class S> bool can_hold(key_of<S> const& key) {
  if constexpr (requires { S::has_counterpart(key); })
    return S::has_counterpart(key);
  else
    return true;
}

/// What New must hold once `input` is put into Old: the input itself, unless a mapping changes it on its way.
template <class Old> decltype(auto) held_by(Old const& old_store, input_of<Old> const& input) {
  if constexpr (detail::is_mapped<Old>)
    return old_store.held(input);
  else
    return (input);
}

/// As `scan` of an unmapped store, which refuses no row; as `mapped::scan_with_refusals` of a mapped one.
template <scannable_store S, class Sink, class Refused>
std::size_t scan_with_refusals(S& s, key_range<key_of<S>> const& range, std::size_t limit, Sink&& sink, Refused&& refused) {
  if constexpr (requires { s.scan_with_refusals(range, limit, sink, refused); })
    return s.scan_with_refusals(range, limit, sink, refused);
  else
    return s.scan(range, limit, sink);
}

/// Whether going back to Old after the switch gives back what was written: only if the mapping leads back without loss.
template <class Old> inline constexpr bool rollback_after_switch = detail::exact_shape<Old>;

/// Why not, in words; empty where it does.
template <class Old>
inline constexpr std::string_view rollback_refusal =
    rollback_after_switch<Old> ? std::string_view{}
    : detail::one_way_shape<Old>
        ? "the mapping has no to_old: what is written after the switch cannot be put back in Old's shape"
        : "the mapping is lossy: what is written after the switch would come back from Old's shape changed";

} // namespace zddm
