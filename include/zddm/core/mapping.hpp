// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <zddm/core/counterpart.hpp>
#include <zddm/core/error.hpp>
#include <zddm/core/store.hpp>
#include <zddm/core/text.hpp>

namespace zddm {

namespace detail {

template <class Mapping, class Key> consteval bool maps_keys() {
  constexpr bool there = requires(Key const& key) { Mapping::key_to_new(key); };
  if constexpr (there)
    static_assert(
        requires(Key const& key) {
          { Mapping::key_to_old(Mapping::key_to_new(key)) } -> std::convertible_to<Key>;
        }, "zddm: a mapping with key_to_new needs key_to_old, from what key_to_new returns back to Old's key");
  else
    static_assert(
        !requires { &Mapping::key_to_old; },
        "zddm: a mapping with key_to_old needs key_to_new, from Old's key to New's; leave out both if the keys are the same");
  return there;
}

template <class Mapping, class Key> auto new_key_of() {
  if constexpr (maps_keys<Mapping, Key>())
    return std::type_identity<std::remove_cvref_t<decltype(Mapping::key_to_new(std::declval<Key const&>()))>>{};
  else
    return std::type_identity<Key>{};
}

template <class Mapping, class Value> auto new_value_of() {
  static_assert(
      requires(Value const& value) { Mapping::to_new(value); }, "zddm: a mapping needs static to_new, from Old's value to New's");
  return std::type_identity<std::remove_cvref_t<decltype(Mapping::to_new(std::declval<Value const&>()))>>{};
}

template <class Mapping, class OldValue, class NewValue> consteval bool maps_back() {
  constexpr bool fits = requires(NewValue const& value) {
    { Mapping::to_old(value) } -> std::convertible_to<OldValue>;
  };
  if constexpr (!fits)
    static_assert(
        !requires { &Mapping::to_old; },
        "zddm: to_old of a mapping must take what to_new returns and give Old's value; leave it out if there is no way back");
  return fits;
}

} // namespace detail

/// Presents Old in New's shape. Nothing is owned: Old outlives it, copies are cheap and refer to the same Old.
///
/// `Mapping` has static functions: `to_new(old_value)`; `to_old(new_value)` unless there is no way back; `key_to_new` and
/// `key_to_old` unless the keys are the same; and may have `static constexpr bool lossy` and `keys_ordered`. They are pure, and
/// throw `unmappable` for what has no counterpart, which every member lets through with nothing applied.
///
/// It can do what Old can do and the mapping allows: without `to_old`, `put` takes Old's values and nothing else that
/// carries a value is there. Key ranges and scans are in Old's order.
template <class Old, class Mapping> class mapped {
  using old_key = key_of<Old>;
  using old_value = value_of<Old>;
  static constexpr bool maps_keys = detail::maps_keys<Mapping, old_key>();

public:
  using old_type = Old;
  using mapping = Mapping;
  using key_type = typename decltype(detail::new_key_of<Mapping, old_key>())::type;
  using value_type = typename decltype(detail::new_value_of<Mapping, old_value>())::type;

  /// The mapping leads back to what Old takes.
  static constexpr bool is_two_way = detail::maps_back<Mapping, old_value, value_type>() && !detail::one_way_shape<Old>;
  static constexpr bool is_lossy = [] {
    if constexpr (requires { Mapping::lossy; })
      return static_cast<bool>(Mapping::lossy);
    else
      return false;
  }();
  static constexpr bool is_exact = is_two_way && !is_lossy && detail::exact_shape<Old>;
  static constexpr bool is_ordered = [] {
    if constexpr (requires { Mapping::keys_ordered; })
      return Mapping::keys_ordered && ordered_like_new<Old>;
    else
      return !maps_keys && ordered_like_new<Old>;
  }();

  using input_type = std::conditional_t<is_two_way, value_type, input_of<Old>>;

  static_assert(is_two_way || !std::same_as<input_type, value_type>,
                "zddm: without a way back, New's value must be of another type than what Old takes, or one could be put for the "
                "other. Give the mapping to_old, or wrap New's value in a struct of its own");

  explicit mapped(Old& old_store) noexcept : old_(&old_store) {}

  Old& old_store() const noexcept { return *old_; }

  /// Whether Old can hold a row under the key.
  static bool has_counterpart(key_type const& key) {
    try {
      return can_hold<Old>(to_old_key(key));
    } catch (unmappable const&) {
      return false;
    }
  }

  /// As Old says of itself.
  decltype(auto) at_risk() const
    requires requires(Old const& old_store) { old_store.at_risk(); }
  {
    return std::as_const(*old_).at_risk();
  }

  /// What a store of New's shape must hold once `input` is put here.
  decltype(auto) held(input_type const& input) const {
    if constexpr (is_exact)
      return (input);
    else
      return value_type(Mapping::to_new(held_by(*old_, to_input(input))));
  }

  std::optional<value_type> get(key_type const& key) const { return shaped(old_->get(to_old_key(key))); }

  void put(key_type const& key, input_type const& input) {
    decltype(auto) taken = checked(input);
    old_->put(to_old_key(key), taken);
  }

  void erase(key_type const& key) { old_->erase(to_old_key(key)); }

  bool insert(key_type const& key, value_type const& value)
    requires is_two_way && insertable_store<Old>
  {
    return old_->insert(to_old_key(key), checked(value));
  }

  template <class F>
    requires is_two_way && updatable_store<Old>
  std::optional<value_type> update(key_type const& key, F&& f) {
    std::optional<value_type> left;
    old_->update(to_old_key(key), [&](std::optional<old_value> const& base) -> std::optional<old_value> {
      std::optional<value_type> const next = f(shaped(base));
      left.reset();
      if (!next) return std::nullopt;
      left.emplace(held(*next));
      return old_value(Mapping::to_old(*next));
    });
    return left;
  }

  versioned<value_type> get_versioned(key_type const& key) const
    requires is_two_way && versioned_store<Old>
  {
    auto const found = old_->get_versioned(to_old_key(key));
    return {shaped(found.value), found.version};
  }
  version put_next(key_type const& key, value_type const& value, std::uint64_t process)
    requires is_two_way && versioned_store<Old>
  {
    return old_->put_next(to_old_key(key), checked(value), process);
  }
  version erase_next(key_type const& key, std::uint64_t process)
    requires is_two_way && versioned_store<Old>
  {
    return old_->erase_next(to_old_key(key), process);
  }
  bool put_if_newer(key_type const& key, value_type const& value, version v)
    requires is_two_way && versioned_store<Old>
  {
    return old_->put_if_newer(to_old_key(key), checked(value), v);
  }
  bool erase_if_newer(key_type const& key, version v)
    requires is_two_way && versioned_store<Old>
  {
    return old_->erase_if_newer(to_old_key(key), v);
  }
  bool put_if_version(key_type const& key, std::optional<value_type> const& value, version expected, version next)
    requires is_two_way && conditional_store<Old>
  {
    return old_->put_if_version(to_old_key(key), value ? std::optional<old_value>(checked(*value)) : std::nullopt, expected,
                                next);
  }

  void put_marked(key_type const& key, value_type const& value)
    requires is_two_way && journaling_store<Old>
  {
    old_->put_marked(to_old_key(key), checked(value));
  }
  void erase_marked(key_type const& key)
    requires is_two_way && journaling_store<Old>
  {
    old_->erase_marked(to_old_key(key));
  }
  template <class Sink>
    requires is_two_way && journaling_store<Old>
  std::size_t marks(std::optional<key_type> const& after, std::size_t limit, Sink&& sink) const {
    return old_->marks(to_old_key(after), limit, [&](old_key const& key) { sink(to_new_key(key)); });
  }
  void clear_mark(key_type const& key)
    requires is_two_way && journaling_store<Old>
  {
    old_->clear_mark(to_old_key(key));
  }

  /// Throws `unmappable` at the first row without a counterpart; `scan_with_refusals` goes on.
  template <class Sink>
    requires scannable_store<Old>
  std::size_t scan(key_range<key_type> const& range, std::size_t limit, Sink&& sink) const {
    return old_->scan({to_old_key(range.after), to_old_key(range.upto)}, limit,
                      [&](old_key const& key, auto const& value) { sink(to_new_key(key), Mapping::to_new(value)); });
  }

  /// As `scan`, with each row that has no counterpart given to `refused(refusal<key_type> const&)` in its place. Returns the
  /// number of rows whose key has a counterpart, whether their value has one or not; fewer than `limit` say that the range is
  /// at its end. The last key given, to either function, is where the next page starts; no row is given twice or left out.
  template <class Sink, class Refused>
    requires scannable_store<Old>
  std::size_t scan_with_refusals(key_range<key_type> const& range, std::size_t limit, Sink&& sink, Refused&& refused) const {
    key_range<old_key> rest{to_old_key(range.after), to_old_key(range.upto)};
    std::size_t counted = 0;
    while (counted < limit) {
      std::size_t const asked = limit - counted;
      std::size_t const visited = old_->scan(rest, asked, [&](old_key const& old, auto const& old_row) {
        rest.after = old;
        std::optional<key_type> made;
        key_type const* key = nullptr;
        std::optional<value_type> value;
        try {
          if constexpr (maps_keys)
            key = &made.emplace(Mapping::key_to_new(old));
          else
            key = &old;
          ++counted;
          value.emplace(Mapping::to_new(old_row));
        } catch (unmappable const& e) {
          refused(refusal<key_type>{key ? std::optional<key_type>(*key) : std::nullopt, text::encode(old), e.what()});
          return;
        }
        sink(*key, *std::move(value));
      });
      if (visited < asked) break;
    }
    return counted;
  }

  /// Keys of Old without a counterpart are left out.
  std::vector<key_type> split_points(std::size_t n) const
    requires scannable_store<Old>
  {
    std::vector<key_type> points;
    for (old_key const& key : old_->split_points(n)) try {
        points.push_back(to_new_key(key));
      } catch (unmappable const&) {
      }
    return points;
  }
  zddm::strides<key_type> strides(std::uint64_t n) const
    requires strided_store<Old> && (!maps_keys)
  {
    return old_->strides(n);
  }
  std::uint64_t size() const
    requires scannable_store<Old>
  {
    return old_->size();
  }

  std::vector<std::optional<value_type>> get_many(std::span<key_type const> keys) const
    requires is_two_way && batch_store<Old>
  {
    std::vector<old_key> old_keys;
    old_keys.reserve(keys.size());
    for (auto const& key : keys) old_keys.push_back(to_old_key(key));
    std::vector<std::optional<value_type>> values;
    values.reserve(keys.size());
    for (auto const& value : old_->get_many(std::span<old_key const>(old_keys))) values.push_back(shaped(value));
    return values;
  }
  void put_many(std::span<entry<key_type, value_type> const> entries)
    requires is_two_way && batch_store<Old>
  {
    std::vector<entry<old_key, old_value>> old_entries;
    old_entries.reserve(entries.size());
    for (auto const& e : entries) old_entries.push_back({to_old_key(e.key), checked(e.value)});
    old_->put_many(std::span<entry<old_key, old_value> const>(old_entries));
  }

  std::optional<std::chrono::milliseconds> remaining(key_type const& key) const
    requires is_two_way && expiring_store<Old>
  {
    return old_->remaining(to_old_key(key));
  }
  void put_for(key_type const& key, value_type const& value, std::chrono::milliseconds ttl)
    requires is_two_way && expiring_store<Old>
  {
    old_->put_for(to_old_key(key), checked(value), ttl);
  }

  static error_class classify(std::exception const& e) { return zddm::classify<Old>(e); }

private:
  static decltype(auto) to_old_key(key_type const& key) {
    if constexpr (maps_keys)
      return old_key(Mapping::key_to_old(key));
    else
      return (key);
  }
  static std::optional<old_key> to_old_key(std::optional<key_type> const& key) {
    return key ? std::optional<old_key>(to_old_key(*key)) : std::nullopt;
  }
  static decltype(auto) to_new_key(old_key const& key) {
    if constexpr (maps_keys)
      return key_type(Mapping::key_to_new(key));
    else
      return (key);
  }
  static std::optional<value_type> shaped(std::optional<old_value> const& value) {
    return value ? std::optional<value_type>(Mapping::to_new(*value)) : std::nullopt;
  }

  /// What Old's `put` takes.
  static decltype(auto) to_input(input_type const& input) {
    if constexpr (is_two_way)
      return old_value(Mapping::to_old(input));
    else
      return (input);
  }
  /// As `to_input`, with what cannot be read back refused before it is written.
  decltype(auto) checked(input_type const& input) const {
    if constexpr (!is_exact) static_cast<void>(held(input));
    return to_input(input);
  }

  Old* old_;
};

} // namespace zddm
