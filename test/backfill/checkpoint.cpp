// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/checkpoint.hpp>

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/memory/state_store.hpp>

using zddm::backfill::checkpoint;
using zddm::backfill::mark;
using zddm::backfill::plan;
using zddm::lifecycle::change;
using state_store = zddm::memory::state_store;

namespace {
plan const three{"p1", "people to names", 30, {"10", "20", "30"}, false};

int code_of(auto&& f) {
  try {
    f();
  } catch (zddm::error const& e) {
    return e.code();
  }
  return 0;
}
} // namespace

TEST_CASE("checkpoint keeps the plan that came first") {
  state_store state;
  checkpoint<state_store> c(state, "people");
  CHECK_FALSE(c.plan());
  CHECK(c.begin(three));
  CHECK(c.plan() == three);
  CHECK_FALSE(c.begin(plan{"p2", "other", 1, {}, false}));
  CHECK(c.plan() == three);
  CHECK_FALSE(checkpoint<state_store>(state, "peop").plan());
}

TEST_CASE("checkpoint gives back each mark as it was saved") {
  state_store state;
  checkpoint<state_store> c(state, "people");
  auto marks = c.marks(three);
  REQUIRE(marks.size() == 3);
  CHECK(marks[1].revision == 0);
  marks[1].mark = {false, "\"O'Hara\\n\"", 5, 2, 1, {"14"}, "w1"};
  c.save(three, 1, marks[1]);
  CHECK(marks[1].revision > 0);
  marks[1].mark.done = true;
  c.save(three, 1, marks[1]);
  auto const again = c.marks(three);
  CHECK(again[1].mark == marks[1].mark);
  CHECK(again[1].revision == marks[1].revision);
  CHECK(again[0].mark == mark{});
}

TEST_CASE("checkpoint lets no second worker move a chunk that somebody else has moved") {
  state_store state;
  checkpoint<state_store> c(state, "people");
  auto first = c.marks(three);
  auto second = c.marks(three);
  first[0].mark.copied = 10;
  c.save(three, 0, first[0]);
  CHECK(code_of([&] { c.save(three, 0, second[0]); }) == 241);
  CHECK(c.marks(three)[0].mark.copied == 10);
  second = c.marks(three);
  second[0].mark.copied = 20;
  c.save(three, 0, second[0]);
  CHECK(code_of([&] { c.save(three, 0, first[0]); }) == 241);
  CHECK(c.marks(three)[0].mark.copied == 20);
}

TEST_CASE("checkpoint forgets all of one migration and nothing of another") {
  state_store state;
  checkpoint<state_store> people(state, "people"), orders(state, "orders");
  REQUIRE(people.begin(three));
  REQUIRE(orders.begin(three));
  auto marks = people.marks(three);
  people.save(three, 0, marks[0]);
  people.forget();
  CHECK_FALSE(people.plan());
  CHECK(people.marks(three)[0].revision == 0);
  CHECK(orders.plan() == three);
  people.forget();
}

TEST_CASE("checkpoint: a worker of a plan that was forgotten leaves no mark in the next one") {
  state_store state;
  checkpoint<state_store> c(state, "people");
  REQUIRE(c.begin(three));
  auto late = c.marks(three);
  c.forget();
  plan const other{"p2", "people to names", 30, {"15", "30"}, false};
  REQUIRE(c.begin(other));
  late[0].mark.done = true;
  c.save(three, 0, late[0]);
  CHECK_FALSE(c.marks(other)[0].mark.done);
}

TEST_CASE("checkpoint refuses what it cannot read") {
  for (auto const* path : {"m/people/backfill/plan", "m/people/backfill/p1/00000002"}) {
    state_store state;
    checkpoint<state_store> c(state, "people");
    REQUIRE(state.commit(std::vector<change>{{path, 0, "{identity: 5}"}}));
    CHECK(code_of([&] { c.plan(), c.marks(three); }) == 201);
  }
  state_store state;
  CHECK(code_of([&] { checkpoint<state_store>(state, "a/b"); }) == 401);
}

TEST_CASE("checkpoint keeps a mark for the tail") {
  state_store state;
  checkpoint<state_store> c(state, "people");
  plan const tailed{"p1", "", 3, {"10"}, true};
  auto marks = c.marks(tailed);
  REQUIRE(marks.size() == 2);
  marks[1].mark.done = true;
  c.save(tailed, 1, marks[1]);
  CHECK(c.marks(tailed)[1].mark.done);
}
