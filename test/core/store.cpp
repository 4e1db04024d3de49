// SPDX-License-Identifier: BSL-1.0
#include <zddm/core/store.hpp>

#include <string>

#include <doctest/doctest.h>

#include <zddm/core/archetype.hpp>
#include <zddm/memory/store.hpp>

namespace {

using zddm::archetype::key;
using zddm::archetype::value;

/// What comes of an archetype when one member is lost (deleted hides it) or answers in another type.
struct without_get : zddm::archetype::plain_store {
  void get(key const&) = delete;
};
struct get_without_nothing : zddm::archetype::plain_store {
  value get(key const&);
};
struct without_erase : zddm::archetype::plain_store {
  void erase(key const&) = delete;
};
struct insert_without_answer : zddm::archetype::insertable_store {
  void insert(key const&, value const&);
};
struct without_tombstone : zddm::archetype::versioned_store {
  bool erase_if_newer(key const&, zddm::version) = delete;
};
struct begin_without_refusal : zddm::archetype::intent_store {
  zddm::intent begin(key const&, zddm::intent_id);
};
struct end_without_answer : zddm::archetype::intent_store {
  void end(key const&, zddm::intent const&, std::optional<value> const&);
};
struct without_fence : zddm::archetype::intent_store {
  std::uint64_t fence(key const&) = delete;
};
struct without_clear_mark : zddm::archetype::journaling_store {
  void clear_mark(key const&) = delete;
};
struct without_split_points : zddm::archetype::scannable_store {
  std::vector<key> split_points(std::size_t) = delete;
};
struct without_put_many : zddm::archetype::batch_store {
  void put_many(std::span<zddm::entry<key, value> const>) = delete;
};
struct without_remaining : zddm::archetype::expiring_store {
  void remaining(key const&) = delete;
};
struct unversioned_condition : zddm::archetype::plain_store {
  bool put_if_version(key const&, std::optional<value> const&, zddm::version, zddm::version);
};

/// Takes another type than it gives.
struct one_way {
  using key_type = int;
  using value_type = std::string;
  using input_type = double;
  std::optional<std::string> get(int);
  void put(int, double);
  void erase(int);
};

} // namespace

TEST_CASE("a capability is there only if every member of it is") {
  static_assert(!zddm::store<int> && !zddm::store<without_get> && !zddm::store<get_without_nothing>);
  static_assert(!zddm::store<without_erase>);
  static_assert(!zddm::insertable_store<insert_without_answer> && !zddm::versioned_store<without_tombstone>);
  static_assert(!zddm::conditional_store<unversioned_condition> && zddm::store<unversioned_condition>);
  static_assert(!zddm::intent_store<begin_without_refusal> && !zddm::intent_store<end_without_answer>);
  static_assert(!zddm::intent_store<without_fence> && !zddm::journaling_store<without_clear_mark>);
  static_assert(!zddm::scannable_store<without_split_points> && !zddm::batch_store<without_put_many>);
  static_assert(!zddm::expiring_store<without_remaining> && zddm::store<without_remaining>);
}

TEST_CASE("what put takes is the value, or what the store says") {
  static_assert(zddm::store<one_way> && std::same_as<zddm::input_of<one_way>, double>);
  static_assert(std::same_as<zddm::value_of<one_way>, std::string> && std::same_as<zddm::key_of<one_way>, int>);
  static_assert(std::same_as<zddm::input_of<zddm::archetype::plain_store>, value>);
  static_assert(std::same_as<zddm::entry_of<one_way>, zddm::entry<int, std::string>>);
}

TEST_CASE("the store in memory has every capability") {
  using memory = zddm::memory::store<int, std::string>;
  static_assert(zddm::store<memory> && zddm::lending_store<memory> && zddm::insertable_store<memory>);
  static_assert(zddm::updatable_store<memory> && zddm::versioned_store<memory> && zddm::conditional_store<memory>);
  static_assert(zddm::intent_store<memory> && zddm::journaling_store<memory> && zddm::scannable_store<memory>);
  static_assert(zddm::batch_store<memory> && zddm::expiring_store<memory>);
}

TEST_CASE("entries, ranges and versioned values are compared by their parts") {
  CHECK((zddm::entry<int, int>{1, 2} == zddm::entry<int, int>{1, 2}));
  CHECK((zddm::entry<int, int>{1, 2} != zddm::entry<int, int>{1, 3}));
  CHECK((zddm::key_range<int>{} != zddm::key_range<int>{1, {}}));
  CHECK((zddm::versioned<int>{{}, {1, 1}} != zddm::versioned<int>{{}, {2, 1}}));
}
