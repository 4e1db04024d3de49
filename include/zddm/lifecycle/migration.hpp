// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <string_view>

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

} // namespace zddm::lifecycle
