// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/coverage.hpp>

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/memory/state_store.hpp>

using zddm::backfill::checkpoint;
using zddm::backfill::coverage_of;
using zddm::backfill::plan;
using state_store = zddm::memory::state_store;

TEST_CASE("coverage of a backfill that never began is not complete") {
  state_store state;
  auto const c = coverage_of(state, "people");
  CHECK_FALSE(c.planned);
  CHECK_FALSE(c.complete());
}

TEST_CASE("coverage of an empty store is complete once it is planned") {
  state_store state;
  REQUIRE(checkpoint<state_store>(state, "people").begin(plan{"p", "", 0, {}, false}));
  CHECK(coverage_of(state, "people").complete());
}

TEST_CASE("coverage adds up the marks and is complete with the last of them") {
  state_store state;
  checkpoint<state_store> saved(state, "people");
  plan const two{"p", "", 25, {"10", "20"}, false};
  REQUIRE(saved.begin(two));
  auto marks = saved.marks(two);
  marks[1].mark = {true, "20", 8, 3, 1, {"14"}, "w"};
  saved.save(two, 1, marks[1]);
  marks[0].mark = {false, "5", 2, 1, 1, {"3"}, "w"};
  saved.save(two, 0, marks[0]);
  auto const half = coverage_of(state, "people");
  CHECK(half.rows == 25);
  CHECK(half.chunks == 2);
  CHECK(half.done == 1);
  CHECK(half.copied == 10);
  CHECK(half.skipped == 4);
  CHECK(half.refused == 2);
  CHECK(half.covered() == 16);
  CHECK(half.refused_keys == std::vector<std::string>{"3", "14"});
  CHECK_FALSE(half.complete());
  marks[0].mark.done = true;
  saved.save(two, 0, marks[0]);
  CHECK(coverage_of(state, "people").complete());
}
