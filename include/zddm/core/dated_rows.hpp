// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <zddm/core/dated.hpp>
#include <zddm/core/error.hpp>
#include <zddm/core/mapping.hpp>
#include <zddm/core/store.hpp>

namespace zddm {

/// Presents a store that gives rows a time to live as one of `dated` values, so that what is copied from it ends when it does.
/// Nothing is owned: the store outlives it. A read asks the store twice; one beside a write of the key may be given the value of
/// the one and the end of the other.
template <expiring_store Store, class Wall = wall_clock> class dated_rows {
public:
  using key_type = key_of<Store>;
  using value_type = dated<value_of<Store>>;
  static_assert(!detail::is_mapped<Store>, "zddm: dated_rows goes around the store itself, and the mapping around it: "
                                           "zddm::mapped<dated_rows<Store>, dated_mapping<Mapping>>");

  explicit dated_rows(Store& store) noexcept : store_(&store) {}

  std::optional<value_type> get(key_type const& key) const {
    auto value = store_->get(key);
    if (!value) return std::nullopt;
    auto const left = store_->remaining(key);
    if (left && left->count() <= 0) return std::nullopt;
    return value_type{std::move(*value), left ? std::optional(after(*left)) : std::nullopt};
  }

  /// A value that has ended is not put: the key is erased.
  void put(key_type const& key, value_type const& v) {
    if (!v.until) return store_->put(key, v.value);
    auto const left = static_cast<std::int64_t>(*v.until) - static_cast<std::int64_t>(Wall::now());
    if (left <= 0) return store_->erase(key);
    store_->put_for(key, v.value, std::chrono::milliseconds(left));
  }

  void erase(key_type const& key) { store_->erase(key); }

  /// Asks for what is left of each row by itself.
  template <class Sink>
    requires scannable_store<Store>
  std::size_t scan(key_range<key_type> const& range, std::size_t limit, Sink&& sink) const {
    std::vector<entry<key_type, value_of<Store>>> page;
    auto const visited = store_->scan(range, limit, [&](auto const& key, auto const& value) { page.push_back({key, value}); });
    for (auto& row : page) {
      auto const left = store_->remaining(row.key);
      sink(row.key, value_type{std::move(row.value), left ? std::optional(after(*left)) : std::nullopt});
    }
    return visited;
  }
  std::vector<key_type> split_points(std::size_t n) const
    requires scannable_store<Store>
  {
    return store_->split_points(n);
  }
  std::uint64_t size() const
    requires scannable_store<Store>
  {
    return store_->size();
  }

  static error_class classify(std::exception const& e) { return zddm::classify<Store>(e); }

private:
  static instant after(std::chrono::milliseconds left) { return instant{static_cast<std::int64_t>(Wall::now()) + left.count()}; }

  Store* store_;
};

} // namespace zddm
