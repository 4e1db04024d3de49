// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>

#include <zddm/core/record.hpp>

namespace zddm::backfill {

/// About how many bytes a key or a value takes in memory: what it is made of, and what it owns as far as that can be seen.
template <class T> std::size_t footprint(T const& x) {
  std::size_t bytes = sizeof(T);
  if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, blob>)
    bytes += x.size();
  else if constexpr (zddm::detail::optional_of<T>::value)
    bytes += x ? footprint(*x) - sizeof(*x) : 0;
  else if constexpr (zddm::detail::vector_of<T>::value)
    for (auto const& element : x) bytes += footprint(element);
  else if constexpr (zddm::detail::is_tuple<T>::value)
    std::apply([&](auto const&... member) { ((bytes += footprint(member) - sizeof(member)), ...); }, x);
  else if constexpr (record<T>)
    for_each_column(x, [&](auto, auto const& member) { bytes += footprint(member) - sizeof(member); });
  return bytes;
}

} // namespace zddm::backfill
