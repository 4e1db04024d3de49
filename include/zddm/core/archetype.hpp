// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <zddm/core/clock.hpp>
#include <zddm/core/intent.hpp>
#include <zddm/core/store.hpp>
#include <zddm/core/version.hpp>

/// For each concept the least type that models it, and models nothing that it does not ask for. They are declared and
/// never defined: what compiles with one of them asks for no more than its concept promises.
namespace zddm::archetype {

struct key {
  friend bool operator==(key const&, key const&);
};
struct value {
  friend bool operator==(value const&, value const&);
};

struct clock {
  using rep = std::int64_t;
  using duration = std::chrono::duration<rep, std::nano>;
  using time_point = std::chrono::time_point<clock, duration>;
  static constexpr bool is_steady = true;
  static time_point now();
};

/// `zddm::store` and nothing else.
struct plain_store {
  using key_type = key;
  using value_type = value;

  std::optional<value> get(key const&);
  void put(key const&, value const&);
  void erase(key const&);
};

struct lending_store : plain_store {
  template <class F> bool visit(key const&, F&& f);
};

struct insertable_store : plain_store {
  bool insert(key const&, value const&);
};

struct updatable_store : plain_store {
  template <class F> std::optional<value> update(key const&, F&& f);
};

struct versioned_store : plain_store {
  versioned<value> get_versioned(key const&);
  version put_next(key const&, value const&, std::uint64_t process);
  version erase_next(key const&, std::uint64_t process);
  bool put_if_newer(key const&, value const&, version);
  bool erase_if_newer(key const&, version);
};

struct conditional_store : versioned_store {
  bool put_if_version(key const&, std::optional<value> const&, version, version);
};

struct intent_store : plain_store {
  sighting<value> look(key const&);
  std::optional<intent> begin(key const&, intent_id);
  bool end(key const&, intent const&, std::optional<value> const&);
  void release(key const&, intent const&);
  template <class F> std::optional<std::pair<intent, std::optional<value>>> mark(key const&, F&& f, intent_id);
  void assign(key const&, std::optional<value> const&);
  bool fill(key const&, std::optional<value> const&, std::uint64_t seen);
  std::size_t fill_many(std::span<entry<key, value> const>, std::uint64_t seen);
  std::uint64_t fence(key const&);
  void seal();
  std::uint64_t sequence();
  template <class Sink> std::size_t records(std::optional<key> const& after, std::size_t limit, Sink&& sink);
  void clear();
  void create_records();
  void drop_records();
};

struct journaling_store : plain_store {
  void put_marked(key const&, value const&);
  void erase_marked(key const&);
  template <class Sink> std::size_t marks(std::optional<key> const& after, std::size_t limit, Sink&& sink);
  void clear_mark(key const&);
};

struct scannable_store : plain_store {
  template <class Sink> std::size_t scan(key_range<key> const&, std::size_t limit, Sink&& sink);
  std::vector<key> split_points(std::size_t n);
  std::uint64_t size();
};

struct strided_store : scannable_store {
  zddm::strides<key> strides(std::uint64_t n);
};

struct batch_store : plain_store {
  std::vector<std::optional<value>> get_many(std::span<key const>);
  void put_many(std::span<entry<key, value> const>);
};

struct expiring_store : plain_store {
  std::optional<std::chrono::milliseconds> remaining(key const&);
  void put_for(key const&, value const&, std::chrono::milliseconds ttl);
};

} // namespace zddm::archetype

namespace zddm {

/// What a policy is bound to when it is checked alone, before any store exists.
struct model_archetype {
  using key_type = archetype::key;
  using value_type = archetype::value;
  using clock_type = archetype::clock;
};

} // namespace zddm
