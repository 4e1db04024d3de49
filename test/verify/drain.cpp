// SPDX-License-Identifier: BSL-1.0
#include <zddm/verify/drain.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/memory/store.hpp>

#include "tools/people.hpp"
#include "tools/watched.hpp"

using people = zddm::memory::store<int, std::string>;
using watched_people = test::watched<people>;
using zddm::intent_id;
using zddm::knowledge;
using zddm::verify::drain;

namespace {

std::uint64_t const dead = 66;
auto const of_the_dead = [](intent_id id) { return id.process == dead; };

/// What heals with a fence on the strength of a look that came before it.
template <class Old, class New> void drain_with_fence(Old& from, New& to, int key) {
  bool all_dead = true;
  to.records({}, 100, [&](int, zddm::intent_record const& r) {
    for (auto const& id : r.pending) all_dead = all_dead && of_the_dead(id);
  });
  if (!all_dead) return;
  auto const seen = to.fence(key);
  to.fill(key, from.get(key), seen);
}

std::vector<int> unknown_in(people& to) {
  std::vector<int> keys;
  to.records({}, 1000, [&](int k, zddm::intent_record const& r) {
    if (r.known == knowledge::unknown) keys.push_back(k);
  });
  return keys;
}

} // namespace

TEST_CASE("drain heals every unknown key that nobody writes, present or erased") {
  people from, to;
  for (int i = 1; i <= 10; ++i) {
    from.put(i, "v" + std::to_string(i));
    to.release(i, to.begin(i, {7, static_cast<std::uint64_t>(i)}).value());
  }
  from.erase(4);
  to.assign(20, std::nullopt);
  for (std::size_t page : {1u, 3u, 1000u}) {
    auto const n = drain(from, to, of_the_dead, page);
    CHECK(n.healed == (page == 1 ? 10 : 0));
    CHECK(n.dry());
  }
  CHECK(unknown_in(to).empty());
  CHECK(to.look(4).known == knowledge::absent);
  CHECK(test::rows_of(from) == test::rows_of(to));
}

TEST_CASE("drain takes up what the dead left, and leaves what the living write") {
  people from, to;
  for (int i = 1; i <= 3; ++i) from.put(i, "v1"), to.put(i, "v1");
  to.begin(1, {dead, 1});
  from.put(1, "v2");
  auto const alive = to.begin(2, {7, 1}).value();
  to.begin(3, {dead, 2});
  auto const beside = to.begin(3, {7, 2}).value();
  auto const n = drain(from, to, of_the_dead);
  CHECK(n.healed == 1);
  CHECK(n.in_flight == 2);
  CHECK(n.left_unknown == 0);
  CHECK_FALSE(n.dry());
  CHECK(to.get(1) == "v2");
  from.put(2, "v3");
  CHECK(to.end(2, alive, "v3"));
  CHECK(to.get(2) == "v3");
  from.put(3, "v4");
  CHECK_FALSE(to.end(3, beside, "v4"));
  CHECK(drain(from, to, of_the_dead).dry());
  CHECK(to.get(3) == "v4");
}

TEST_CASE("drain takes no right from a writer that comes between its look and its act, where a fence does") {
  auto const trial = [](auto heal, std::string_view moment) {
    people from, to;
    from.put(1, "v1");
    to.begin(1, {dead, 1});
    std::optional<zddm::intent> writer;
    watched_people watched(to, [&](std::string_view call, bool after) {
      if (call == moment && after && !writer) writer = to.begin(1, {7, 1});
    });
    heal(from, watched);
    REQUIRE(writer);
    from.put(1, "v2");
    to.end(1, *writer, "v2");
    auto const seen = to.look(1);
    return seen.known == knowledge::unknown || seen.value == from.get(1);
  };
  CHECK_FALSE(trial([](auto& from, auto& to) { drain_with_fence(from, to, 1); }, "records"));
  for (auto const* moment : {"records", "release", "look"})
    CHECK(trial([](auto& from, auto& to) { CHECK_FALSE(drain(from, to, of_the_dead).dry()); }, moment));
}

TEST_CASE("drain H11: the late end of a writer that was called dead carries nothing") {
  people from, to;
  from.put(1, "v1");
  auto const late = to.begin(1, {dead, 1}).value();
  CHECK(drain(from, to, of_the_dead).healed == 1);
  CHECK_FALSE(to.end(1, late, "never reached Old"));
  CHECK(to.get(1) == "v1");
}

TEST_CASE("drain leaves keys alone whose authority is New") {
  people from, to;
  from.put(1, "v1");
  to.assign(1, "v1");
  auto const t = to.mark(1, [](auto const&) { return std::optional<std::string>("v2"); }, {7, 1}).value().first;
  CHECK(drain(from, to, of_the_dead).dry());
  CHECK(to.get(1) == "v2");
  std::size_t pending = 0;
  to.records({}, 10, [&](int, auto const& r) { pending += r.pending.size(); });
  CHECK(pending == 1);
  to.release(1, t);
}

TEST_CASE("drain leaves a key whose row New cannot hold to Old") {
  test::old_people from;
  test::add_people(from, 2);
  test::in_new_shape shaped(from);
  zddm::memory::store<int, test::new_person> to;
  for (int i = 1; i <= 2; ++i) to.release(i, to.begin(i, {7, static_cast<std::uint64_t>(i)}).value());
  from.put(1, {});
  auto const n = drain(shaped, to, of_the_dead);
  CHECK(n.healed == 1);
  CHECK(n.left_unknown == 1);
}

TEST_CASE("drain dies at any step, and the next one finishes") {
  bool whole = false;
  for (std::size_t step = 0; !whole; ++step) {
    people from, to;
    for (int i = 1; i <= 4; ++i) {
      from.put(i, "v");
      auto const t = to.begin(i, {i % 2 ? dead : 7, static_cast<std::uint64_t>(i)}).value();
      if (i % 2 == 0) to.release(i, t);
    }
    test::fuse fuse(step);
    test::witness const burning = std::ref(fuse);
    watched_people dying_from(from, burning), dying_to(to, burning);
    try {
      drain(dying_from, dying_to, of_the_dead, 3);
      whole = true;
    } catch (test::death const&) {
    }
    for (int i = 1; i <= 4; ++i) {
      auto const seen = to.look(i);
      CHECK((seen.known == knowledge::unknown || seen.value == from.get(i)));
    }
    CHECK(drain(from, to, of_the_dead, 3).dry());
    CHECK(test::rows_of(from) == test::rows_of(to));
  }
}

TEST_CASE("drain ends when it is asked to") {
  people from, to;
  for (int i = 1; i <= 10; ++i) to.release(i, to.begin(i, {7, static_cast<std::uint64_t>(i)}).value());
  std::stop_source stop;
  stop.request_stop();
  CHECK(drain(from, to, of_the_dead, 3, stop.get_token()).healed == 0);
}

TEST_CASE("drain frees a key of a marked write whose process died; its value stays New's") {
  people from, to;
  REQUIRE(to.fill(1, "before", to.look(1).seen));
  REQUIRE(to.mark(1, [](auto const&) { return std::optional<std::string>("marked"); }, {dead, 1}));
  CHECK_FALSE(to.begin(1, {7, 1}));
  CHECK(drain(from, to, of_the_dead).dry());
  CHECK(to.get(1) == "marked");
  CHECK(to.begin(1, {7, 2}));
}
