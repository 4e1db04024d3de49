// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include <zddm/lifecycle/migration.hpp>

namespace zddm::cli {

namespace detail {

inline constexpr std::size_t unknown_name = ~std::size_t{0}, cycle = unknown_name - 1;

/// The places of the migrations, each after those it depends on, else as they are given; at the first place `unknown_name`
/// or `cycle` where there is no such order.
template <class... Ms> constexpr std::array<std::size_t, sizeof...(Ms)> ordered() {
  constexpr std::size_t n = sizeof...(Ms);
  std::array<std::string_view, n> const names{std::string_view(Ms::name)...};
  std::array<std::array<bool, n>, n> needs{};
  bool known = true;
  std::size_t at = 0;
  [[maybe_unused]] auto const note = [&](std::string_view name) {
    bool found = false;
    for (std::size_t i = 0; i < n; ++i)
      if (names[i] == name) needs[at][i] = found = true;
    known = known && found;
  };
  ((lifecycle::for_each_dependency<Ms>(note), ++at), ...);
  std::array<std::size_t, n> order{};
  std::array<bool, n> placed{};
  std::size_t count = 0;
  for (bool moved = true; moved && count < n;) {
    moved = false;
    for (std::size_t i = 0; i < n && !moved; ++i) {
      bool ready = !placed[i];
      for (std::size_t k = 0; k < n; ++k) ready = ready && (!needs[i][k] || placed[k]);
      if (!ready) continue;
      placed[i] = moved = true;
      order[count++] = i;
    }
  }
  if (!known)
    order[0] = unknown_name;
  else if (count < n)
    order[0] = cycle;
  return order;
}

template <class... Ms> constexpr bool names_differ() {
  std::array<std::string_view, sizeof...(Ms)> const names{std::string_view(Ms::name)...};
  for (std::size_t i = 0; i < names.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (names[i] == names[k]) return false;
  return true;
}

} // namespace detail

/// The order in which steps are taken: dependencies first.
template <class... Ms> constexpr std::array<std::size_t, sizeof...(Ms)> order() {
  constexpr auto places = detail::ordered<Ms...>();
  static_assert(detail::names_differ<Ms...>(), "zddm: two migrations have the same name: rename one of them");
  if constexpr (sizeof...(Ms) != 0) {
    static_assert(places[0] != detail::unknown_name,
                  "zddm: depends_on names a migration that zd is not given: add it to the list, or correct the name");
    static_assert(places[0] != detail::cycle,
                  "zddm: migrations depend on each other in a circle: none of them could be first. Take one depends_on out");
  }
  return places;
}

} // namespace zddm::cli
