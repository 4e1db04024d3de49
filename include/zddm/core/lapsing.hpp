// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <zddm/core/dated.hpp>
#include <zddm/core/intent.hpp>
#include <zddm/core/store.hpp>

namespace zddm {

/// A store of `dated` values in which a row is absent from the instant it ends, as if it had been erased then. Every other member
/// is the store's own; the row itself stays until it is written again.
template <class Store, class Wall = wall_clock> class lapsing : public Store {
public:
  using key_type = key_of<Store>;
  using value_type = value_of<Store>;
  using Store::Store;

  std::optional<value_type> get(key_type const& key) { return living(Store::get(key)); }

  template <class F>
  bool visit(key_type const& key, F&& f)
    requires lending_store<Store>
  {
    bool living = false;
    Store::visit(key, [&](value_type const& v) {
      living = !v.ended(Wall::now());
      if (living) f(v);
    });
    return living;
  }

  /// Not where a row that has ended would be in the way.
  bool insert(key_type const&, value_type const&) = delete;
  void put_for(key_type const&, value_type const&, std::chrono::milliseconds) = delete;

  template <class F>
  std::optional<value_type> update(key_type const& key, F&& f)
    requires updatable_store<Store>
  {
    return Store::update(key, [&](std::optional<value_type> const& base) { return f(living(base)); });
  }

  auto get_versioned(key_type const& key)
    requires versioned_store<Store>
  {
    auto found = Store::get_versioned(key);
    found.value = living(std::move(found.value));
    return found;
  }

  std::vector<std::optional<value_type>> get_many(std::span<key_type const> keys)
    requires batch_store<Store>
  {
    auto values = Store::get_many(keys);
    for (auto& v : values) v = living(std::move(v));
    return values;
  }

  template <class Sink>
  std::size_t scan(key_range<key_type> const& range, std::size_t limit, Sink&& sink)
    requires scannable_store<Store>
  {
    auto const now = Wall::now();
    key_range<key_type> rest = range;
    std::size_t given = 0;
    for (std::size_t asked = limit; given < limit; asked = limit - given) {
      auto const visited = Store::scan(rest, asked, [&](key_type const& key, value_type const& v) {
        rest.after = key;
        if (v.ended(now)) return;
        sink(key, v);
        ++given;
      });
      if (visited < asked) break;
    }
    return given;
  }

  /// What has ended in New has ended in Old, so that Old need not be asked.
  sighting<value_type> look(key_type const& key)
    requires intent_store<Store>
  {
    auto seen = Store::look(key);
    if (seen.value && seen.value->ended(Wall::now())) {
      seen.known = knowledge::absent;
      seen.value.reset();
    }
    return seen;
  }

  template <class F>
  auto mark(key_type const& key, F&& f, intent_id id)
    requires intent_store<Store>
  {
    return Store::mark(key, [&](std::optional<value_type> const& base) { return f(living(base)); }, id);
  }

private:
  static std::optional<value_type> living(std::optional<value_type> v) {
    if (v && v->ended(Wall::now())) v.reset();
    return v;
  }
};

} // namespace zddm
