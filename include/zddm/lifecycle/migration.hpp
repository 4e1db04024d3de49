// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <string_view>

#include <boost/hana/for_each.hpp>

namespace zddm::lifecycle {

/// A migration as operators know it: a type with a name. The other members are optional unless one of the two concepts below
/// asks for them; see `docs/reference/lifecycle.md`.
template <class M>
concept migration = requires {
  { M::name } -> std::convertible_to<std::string_view>;
};

/// Moves data between two stores, both in New's shape, which the backfill copies and the verification compares.
template <class M>
concept store_migration = migration<M> && requires(M& m) {
  m.old_store();
  m.new_store();
};

/// Moves data within one store, by a step of its own that may be run again.
template <class M>
concept stepwise_migration = migration<M> && !store_migration<M> && requires(M& m) { m.migrate(); };

/// Calls `f` with the name of each migration that has to be ahead of this one: `M::depends_on`, any range or Hana sequence of
/// texts.
template <class M, class F> constexpr void for_each_dependency(F&& f) {
  if constexpr (requires { M::depends_on; }) {
    auto const add = [&](auto const& name) {
      if constexpr (requires { name.c_str(); })
        f(std::string_view(name.c_str()));
      else
        f(std::string_view(name));
    };
    if constexpr (requires { M::depends_on.begin(); })
      for (auto const& name : M::depends_on) add(name);
    else
      boost::hana::for_each(M::depends_on, add);
  }
}

} // namespace zddm::lifecycle
