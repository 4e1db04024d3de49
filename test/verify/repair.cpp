// SPDX-License-Identifier: BSL-1.0
#include <zddm/verify/repair.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <zddm/core/diff.hpp>
#include <zddm/core/error.hpp>
#include <zddm/core/mapping.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/verify/drain.hpp>

#include "tools/people.hpp"
#include "tools/watched.hpp"

using people = zddm::memory::store<int, std::string>;
using watched_people = test::watched<people>;
using zddm::knowledge;
using zddm::verify::repair;

namespace {

/// Somebody acts once, just before or after a call.
test::witness once(std::string_view moment, bool at_the_end, std::function<void()> act) {
  return [=, done = false](std::string_view call, bool after) mutable {
    if (call == moment && after == at_the_end && !done) done = true, act();
  };
}

/// What a repair without a fence does.
template <class Old, class New> void put_what_was_read(Old& from, New& to, int key) {
  auto const value = from.get(key);
  if (value)
    to.put(key, *value);
  else
    to.erase(key);
}

/// What fences on the strength of a look that came before.
template <class Old, class New> void fence_and_fill(Old& from, New& to, int key) {
  if (to.look(key).pending) return;
  auto const seen = to.fence(key);
  to.fill(key, from.get(key), seen);
}

} // namespace

TEST_CASE("repair makes New agree, whatever was wrong") {
  people from, to;
  from.put(1, "missing");
  to.put(2, "extra");
  from.put(3, "right"), to.put(3, "wrong");
  from.put(4, "erased by mistake"), to.assign(4, std::nullopt);
  from.put(5, "fine"), to.put(5, "fine");
  repair<people, people> r(from, to);
  for (int i = 1; i <= 6; ++i) CHECK(r(i));
  CHECK(r.done().healed == 4);
  CHECK(r.done().agreed == 2);
  CHECK(test::rows_of(from) == test::rows_of(to));
  CHECK(to.look(2).known == knowledge::absent);
}

TEST_CASE("repair H10: heals a poisoned entry that no copy touches") {
  people from, to;
  from.put(1, "v2");
  to.put(1, "v1");
  CHECK_FALSE(to.fill(1, from.get(1), to.sequence()));
  CHECK_FALSE(to.insert(1, *from.get(1)));
  CHECK(to.get(1) == "v1");
  repair<people, people> r(from, to);
  r(1);
  CHECK(to.get(1) == "v2");
}

TEST_CASE("repair H13: a value read before a write does not replace what was written") {
  auto const trial = [](auto mend) {
    people from, to;
    from.put(1, "v1");
    to.put(1, "poison");
    watched_people busy(from, once("get", true, [&] { test::dual_write(from, to, 1, "v2", {7, 1}); }));
    mend(busy, to);
    CHECK(from.get(1) == "v2");
    return to.get(1);
  };
  CHECK(trial([](auto& from, auto& to) { put_what_was_read(from, to, 1); }) == "v1");
  CHECK(trial([](auto& from, auto& to) { repair<watched_people, people>(from, to)(1); }) == "v2");
}

TEST_CASE("repair takes no right from a writer that comes at any moment, where a fence does") {
  auto const trial = [](auto mend, std::string_view moment, bool after, bool ends_within) {
    people from, to;
    from.put(1, "v1");
    to.put(1, "poison");
    std::optional<zddm::intent> writer;
    test::witness const arrival = once(moment, after, [&] { writer = to.begin(1, {7, 1}); });
    test::witness const finish = once("get", true, [&] {
      if (!writer || !ends_within) return;
      from.put(1, "v2");
      to.end(1, *writer, "v2");
    });
    int gets = 0;
    watched_people watched_from(from, [&](std::string_view call, bool at_end) {
      if (call == "get" && at_end && ++gets == 1 && ends_within) return; // the repair's first look
      arrival(call, at_end);
      finish(call, at_end);
    });
    watched_people watched_to(to, arrival);
    mend(watched_from, watched_to);
    if (!writer) return true;
    if (!ends_within) {
      from.put(1, "v2");
      to.end(1, *writer, "v2");
    }
    auto const seen = to.look(1);
    return seen.known == knowledge::unknown || seen.value == from.get(1);
  };
  auto const fenced = [](auto& from, auto& to) { fence_and_fill(from, to, 1); };
  auto const shipped = [](auto& from, auto& to) { repair<watched_people, watched_people>(from, to)(1); };
  CHECK_FALSE(trial(fenced, "look", true, false));
  for (auto const* moment : {"look", "get", "begin", "end"})
    for (bool after : {false, true})
      for (bool within : {false, true}) {
        CAPTURE(moment);
        CAPTURE(after);
        CAPTURE(within);
        CHECK(trial(shipped, moment, after, within));
      }
}

TEST_CASE("repair heals a key that New knows to be unknown") {
  people from, to;
  from.put(1, "v1");
  to.release(1, to.begin(1, {7, 1}).value());
  repair<people, people> r(from, to);
  r(1);
  CHECK(r.done().healed == 1);
  CHECK(to.get(1) == "v1");
}

TEST_CASE("repair leaves a key alone that somebody is writing") {
  people from, to;
  from.put(1, "v1");
  auto const t = to.begin(1, {7, 1}).value();
  repair<people, people> r(from, to);
  CHECK_FALSE(r(1));
  CHECK(r.done().in_flight == 1);
  from.put(1, "v2");
  CHECK(to.end(1, t, "v2"));
}

TEST_CASE("repair leaves a key alone whose authority is New") {
  people from, to;
  from.put(1, "v1");
  to.put(1, "v1");
  REQUIRE(to.mark(1, [](auto const&) { return std::optional<std::string>("v2"); }, {7, 1}));
  repair<people, people> r(from, to);
  CHECK_FALSE(r(1));
  CHECK(r.done().in_flight == 1);
  CHECK(to.get(1) == "v2");
}

TEST_CASE("repair in a dry run changes nothing and counts the same") {
  people from, to;
  from.put(1, "missing");
  to.put(2, "extra");
  std::size_t changes = 0;
  watched_people told(to, [&](std::string_view call, bool) { changes += call != "look"; });
  repair<people, watched_people> dry(from, told, {.dry_run = true});
  for (int i = 1; i <= 3; ++i) CHECK(dry(i)); // they would agree
  CHECK(changes == 0);
  CHECK(dry.done().healed == 2);
  CHECK(dry.done().agreed == 1);
}

TEST_CASE("repair lets reads of a row that New cannot hold go to Old") {
  test::old_people from;
  test::add_people(from, 1);
  test::in_new_shape shaped(from);
  zddm::memory::store<int, test::new_person> to;
  to.put(1, {"stale", 1});
  from.put(1, {});
  repair<test::in_new_shape, decltype(to)> r(shaped, to);
  CHECK_FALSE(r(1));
  CHECK(r.done().unmappable == 1);
  CHECK(to.look(1).known == knowledge::unknown);
  CHECK_FALSE(to.look(1).pending);
  r(1);
  CHECK(r.done().unmappable == 2);
}

TEST_CASE("repair fences a key whose record cannot be read") {
  people from, to;
  from.put(1, "v");
  to.begin(1, {7, 1});
  bool damaged = true;
  watched_people failing(to, [&](std::string_view call, bool after) {
    if (call == "fence" && after) damaged = false;
    if (call == "look" && damaged) throw zddm::store_error(zddm::error_class::permanent, "x", 111);
  });
  repair<people, watched_people> dry(from, failing, {.dry_run = true});
  dry(1);
  CHECK(dry.done().fenced == 1);
  CHECK(damaged);
  repair<people, watched_people> r(from, failing);
  r(1);
  CHECK(r.done().fenced == 1);
  CHECK(to.look(1).known == knowledge::unknown);
  CHECK_FALSE(to.look(1).pending);
}

TEST_CASE("repair dies at any step and leaves a key that asks Old, which a drain heals") {
  bool whole = false;
  std::size_t steps = 0;
  for (std::size_t step = 0; !whole; ++step) {
    people from, to;
    from.put(1, "v2");
    to.put(1, "v1");
    test::fuse fuse(step);
    test::witness const burning = std::ref(fuse);
    watched_people dying_from(from, burning), dying_to(to, burning);
    try {
      repair<watched_people, watched_people> r(dying_from, dying_to);
      r(1);
      whole = true;
    } catch (test::death const&) {
      ++steps;
    }
    auto const seen = to.look(1);
    if (seen.known == knowledge::present)
      CHECK((seen.value == "v2" || step < 10));
    else
      CHECK(seen.known == knowledge::unknown);
    zddm::verify::drain(from, to, [](auto) { return true; });
    repair<people, people> again(from, to);
    again(1);
    CHECK(to.get(1) == "v2");
  }
  CHECK(steps >= 12);
}

TEST_CASE("repair passes on what a store throws and leaves no write open") {
  people from, to;
  from.put(1, "v2");
  to.put(1, "v1");
  int gets = 0;
  watched_people failing(from, [&](std::string_view call, bool after) {
    if (call == "get" && !after && ++gets == 2) throw zddm::store_error(zddm::error_class::transient, "busy");
  });
  repair<watched_people, people> r(failing, to);
  CHECK_THROWS_AS(r(1), zddm::store_error);
  CHECK(to.look(1).known == knowledge::unknown);
  CHECK_FALSE(to.look(1).pending);
}

namespace {
struct people_back : test::one_name {
  static test::old_person to_old(test::new_person const& p) {
    auto const gap = p.name.find(' ');
    return {p.name.substr(0, gap), p.name.substr(gap + 1), p.born};
  }
};
zddm::verify::repair_options after_switch(bool dry_run = false) {
  return {.dry_run = dry_run, .right = zddm::verify::authority::new_store};
}
} // namespace

TEST_CASE("repair after the switch makes Old agree, in Old's shape, and heals what New does not know from Old") {
  test::old_people rows;
  test::add_people(rows, 5);
  zddm::mapped<test::old_people, people_back> from(rows);
  zddm::memory::store<int, test::new_person> to;
  to.put(1, {"Eve One", 1});  // differs
  to.put(9, {"New Nine", 9}); // extra
  to.assign(2, std::nullopt); // erased in New
  to.release(3, to.begin(3, {7, 1}).value());
  to.put(5, {"Ada Nr 5", 1805}); // agrees
  repair<decltype(from), decltype(to)> dry(from, to, after_switch(true));
  for (int i : {1, 2, 3, 4, 5, 9}) dry(i);
  CHECK(dry.done().healed == 5);
  CHECK(rows.size() == 5);
  repair<decltype(from), decltype(to)> r(from, to, after_switch());
  for (int i : {1, 2, 3, 4, 5, 9}) r(i);
  CHECK(r.done().healed == 5);
  CHECK(r.done().agreed == 1);
  CHECK((rows.get(1) == test::old_person{"Eve", "One", 1}));
  CHECK((rows.get(9) == test::old_person{"New", "Nine", 9}));
  CHECK_FALSE(rows.get(2));
  CHECK(to.get(3)->name == "Ada Nr 3");
  CHECK(to.get(4)->name == "Ada Nr 4");
  for (int i : {1, 2, 3, 4, 5, 9}) {
    CHECK_FALSE(to.look(i).pending);
    CHECK(zddm::same(from.get(i), to.get(i)));
  }
}

TEST_CASE("repair after the switch leaves what has no exact way back, and a row of Old that New cannot hold") {
  test::old_people rows;
  test::add_people(rows, 2);
  rows.put(2, {});
  test::in_new_shape from(rows);
  zddm::memory::store<int, test::new_person> to;
  to.put(1, {"Eve", 1});
  to.put(2, {"Eve", 2});
  repair<test::in_new_shape, decltype(to)> r(from, to, after_switch());
  r(1);
  r(2);
  CHECK(r.done().left == 1);
  CHECK(r.done().unmappable == 1);
  CHECK(to.get(2)->born == 2);
  CHECK(rows.get(1)->first == "Ada");
}

TEST_CASE("repair after the switch lets no write begin between New's value and Old's, so that none is undone") {
  people from, to;
  from.put(1, "lost on the way");
  to.put(1, "v1");
  bool began = true;
  watched_people busy(from, [&](std::string_view call, bool) {
    if (call == "put") began = to.begin(1, {7, 1}).has_value();
  });
  repair<watched_people, people> r(busy, to, after_switch());
  r(1);
  CHECK_FALSE(began);
  CHECK(from.get(1) == "v1");
  CHECK(to.begin(1, {7, 2}).has_value());
  // A writer that was there first goes on alone.
  from.put(1, "lost again");
  repair<people, people> late(from, to, after_switch());
  late(1);
  CHECK(late.done().in_flight == 1);
}

TEST_CASE("repair after the switch that is taken for dead writes nothing, and one whose write may still land keeps the key") {
  people from, to;
  from.put(1, "lost");
  to.put(1, "v1");
  struct taken_over {};
  auto o = after_switch();
  o.confirm = [] { throw taken_over(); };
  repair<people, people> r(from, to, o);
  CHECK_THROWS_AS(r(1), taken_over);
  CHECK(from.get(1) == "lost");
  auto const nobody_writes = [&] {
    auto const t = to.mark(1, [](auto const& v) { return v; }, {8, 1});
    if (t) to.release(1, t->first);
    return t.has_value();
  };
  CHECK(nobody_writes());
  auto const fails_with = [&](zddm::error_class kind) {
    watched_people failing(from, [&](std::string_view call, bool after) {
      if (call == "put" && !after) throw zddm::store_error(kind, "x");
    });
    repair<watched_people, people> again(failing, to, after_switch());
    CHECK_THROWS_AS(again(1), zddm::store_error);
  };
  fails_with(zddm::error_class::transient);
  CHECK(nobody_writes());
  fails_with(zddm::error_class::unknown_outcome);
  CHECK_FALSE(nobody_writes());
  CHECK_FALSE(to.begin(1, {7, 1}));
  zddm::verify::drain(from, to, [](auto) { return true; });
  CHECK(to.get(1) == "v1");
  CHECK(nobody_writes());
}

TEST_CASE("repair after the switch dies at any step, New's value stays, and a drain frees the key for the next repair") {
  bool whole = false;
  std::size_t steps = 0;
  for (std::size_t step = 0; !whole; ++step) {
    people from, to;
    from.put(1, "lost");
    to.put(1, "v1");
    test::fuse fuse(step);
    test::witness const burning = std::ref(fuse);
    watched_people dying_from(from, burning), dying_to(to, burning);
    try {
      repair<watched_people, watched_people> r(dying_from, dying_to, after_switch());
      r(1);
      whole = true;
    } catch (test::death const&) {
      ++steps;
    }
    CHECK(to.get(1) == "v1");
    zddm::verify::drain(from, to, [](auto) { return true; });
    repair<people, people> again(from, to, after_switch());
    again(1);
    CHECK(from.get(1) == "v1");
    test::dual_write(from, to, 1, "v2", {7, 1});
    CHECK(to.get(1) == "v2");
  }
  CHECK(steps >= 12);
}

TEST_CASE("repair gives each of its intents a number of its own") {
  std::set<zddm::intent_id> seen;
  auto const a = zddm::verify::repair_intents(), b = zddm::verify::repair_intents();
  for (int i = 0; i < 100; ++i) {
    seen.insert(a());
    seen.insert(b());
  }
  CHECK(seen.size() == 200);
}

TEST_CASE("repair takes a row from New whose key Old could not even have, and a drain settles one that is unknown") {
  using new_people = zddm::memory::store<std::string, test::new_person>;
  test::old_people from;
  test::under_new_keys shaped(from);
  new_people to;
  to.put("nobody", {"nobody asked", 1});
  repair<test::under_new_keys, new_people> r(shaped, to);
  CHECK(r("nobody"));
  CHECK(r.done().healed == 1);
  CHECK_FALSE(to.get("nobody"));
  CHECK(to.look("nobody").known == knowledge::absent);
  to.release("nobody", to.begin("nobody", {7, 1}).value());
  CHECK(zddm::verify::drain(shaped, to, [](auto) { return false; }).dry());
}

TEST_CASE("repair after the switch leaves a row of New whose key Old could not even have") {
  using new_people = zddm::memory::store<std::string, std::string>;
  people from;
  zddm::mapped<people, test::but_nobody> shaped(from);
  new_people to;
  to.put("nobody", "nobody asked");
  repair<zddm::mapped<people, test::but_nobody>, new_people> r(shaped, to, {.right = zddm::verify::authority::new_store});
  CHECK_FALSE(r("nobody"));
  CHECK(r.done().left == 1);
  CHECK(to.get("nobody") == "nobody asked");
  CHECK_FALSE(to.look("nobody").pending);
}
