// SPDX-License-Identifier: BSL-1.0
#include <zddm/verify/look_at.hpp>

#include <optional>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <zddm/memory/store.hpp>

#include "tools/people.hpp"
#include "tools/watched.hpp"

using people = zddm::memory::store<int, std::string>;
using zddm::knowledge;
using zddm::version;
using namespace zddm::verify;

namespace {

auto by_version(people& from, people& to) { return look_at(from, to, 1, by_versions{}); }

/// What a write of `consistency::versioned` does, in its two steps.
struct two_step_write {
  people& from;
  people& to;
  std::optional<std::string> value;
  version at = value ? from.put_next(1, *value, 7) : from.erase_next(1, 7);
  void ends() const { value ? to.put_if_newer(1, *value, at) : to.erase_if_newer(1, at); }
};

/// Forgets to tell Old's versions apart from New's reads.
struct plain {
  using key_type = int;
  using value_type = std::string;
  std::optional<std::string> get(int key) { return rows.get(key); }
  void put(int key, std::string const& value) { rows.put(key, value); }
  void erase(int key) { rows.erase(key); }
  people rows{};
};

} // namespace

static_assert(std::same_as<way_of<people, people>, by_intents>);
static_assert(std::same_as<way_of<plain, plain>, by_values>);
static_assert(way<by_versions, people, people>);
static_assert(!way<by_versions, plain, plain>);

TEST_CASE("look_at by versions sees a write between its two steps as New being behind") {
  people from, to;
  two_step_write const first{from, to, "v1"};
  auto g = by_version(from, to);
  CHECK(g.behind);
  CHECK(g.wrong == kind::missing);
  CHECK(g.known == knowledge::unknown);
  first.ends();
  CHECK_FALSE(by_version(from, to).wrong);
  two_step_write const second{from, to, "v2"};
  g = by_version(from, to);
  CHECK(g.behind);
  CHECK(g.wrong == kind::differs);
  second.ends();
  two_step_write const erase{from, to, {}};
  g = by_version(from, to);
  CHECK(g.behind);
  CHECK(g.wrong == kind::extra);
  erase.ends();
  g = by_version(from, to);
  CHECK_FALSE(g.wrong);
  CHECK(g.known == knowledge::absent);
  two_step_write const again{from, to, "v3"};
  CHECK(by_version(from, to).behind);
  again.ends();
  CHECK_FALSE(by_version(from, to).wrong);
}

TEST_CASE("look_at by versions knows at once what no write in flight can be") {
  people from, to;
  two_step_write const one{from, to, "v1"};
  one.ends();
  to.put(1, "behind everybody's back"); // the version stays
  auto g = by_version(from, to);
  CHECK(g.wrong == kind::differs);
  CHECK_FALSE(g.behind);
  to.put_if_newer(1, "poison", {99, 1});
  g = by_version(from, to);
  CHECK(g.wrong == kind::differs);
  CHECK_FALSE(g.behind);
  CHECK(g.at == version{99, 1});
  to.erase_if_newer(1, {100, 1});
  CHECK(by_version(from, to).wrong == kind::missing);
  CHECK_FALSE(by_version(from, to).behind);
}

TEST_CASE(
    "look_at by versions asks Old for a key that New was made to forget, and takes a row without a version for the oldest") {
  people from, to;
  two_step_write const one{from, to, "v1"};
  one.ends();
  version const n = from.put_next(1, "v2", 7);
  to.erase_if_newer(1, zddm::forgotten_version(n.counter - 1));
  auto g = by_version(from, to);
  CHECK(g.unknown);
  CHECK_FALSE(g.wrong);

  people bare, filled;
  bare.put(1, "v");
  g = by_version(bare, filled);
  CHECK(g.wrong == kind::missing);
  CHECK(g.behind);
  filled.put_if_newer(1, "v", zddm::oldest_version);
  CHECK_FALSE(by_version(bare, filled).wrong);
  filled.put(1, "w");
  CHECK(by_version(bare, filled).wrong == kind::differs);
  CHECK_FALSE(by_version(bare, filled).behind);
}

TEST_CASE("look_at by versions says that New moved within the look") {
  people from, to;
  two_step_write const one{from, to, "v1"};
  one.ends();
  test::watched<people> unused(from, [](auto...) {});
  struct busy : people {
    people* from = nullptr;
    zddm::versioned<std::string> get_versioned(int key) {
      auto found = people::get_versioned(key);
      put_if_newer(key, "w", from->put_next(key, "w", 7));
      return found;
    }
  } moving;
  moving.from = &from;
  CHECK(look_at(from, moving, 1, by_versions{}).moving);
}

TEST_CASE("look_at knows a row without a counterpart, whichever way it looks") {
  test::old_people from;
  test::in_new_shape shaped(from);
  zddm::memory::store<int, test::new_person> to;
  from.put(1, {});
  to.put(1, {"stale", 1});
  CHECK(look_at(shaped, to, 1, by_intents{}).wrong == kind::unmappable);
  CHECK(look_at(shaped, to, 1, by_values{}).wrong == kind::unmappable);
}
