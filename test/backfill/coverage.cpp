// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/coverage.hpp>

#include <chrono>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/memory/state_store.hpp>

using namespace std::chrono_literals;
using zddm::backfill::coverage_of;
using zddm::backfill::mark;
using zddm::backfill::plan;
using zddm::backfill::wanted;
using zddm::backfill::work;
using state_store = zddm::memory::state_store;
using memory_queue = zddm::backfill::state_queue<state_store>;

TEST_CASE("coverage of a backfill that never began is not complete") {
  state_store state;
  auto const c = coverage_of(state, "people");
  CHECK_FALSE(c.planned);
  CHECK_FALSE(c.complete());
}

TEST_CASE("coverage of an empty store is complete once it is planned") {
  state_store state;
  REQUIRE(memory_queue(state, "people").make(plan{"", 0, {}, false}.encoded(), 0));
  CHECK(coverage_of(state, "people").complete());
}

TEST_CASE("coverage adds up the marks and is complete with the last of them") {
  state_store state;
  memory_queue q(state, "people");
  REQUIRE(q.make(plan{"", 25, {"10", "20", "25"}, false}.encoded(), 3));
  auto const got = q.claim(q.plan()->id, "w", wanted{3}, 60s);
  q.report(got[1], {work::done, mark{"20", 8, 3, 1, {"14"}, 0}.encoded()});
  q.report(got[0], {work::held, mark{"5", 2, 1, 1, {"3"}, 0}.encoded()});
  q.report(got[2], {work::failed, {}, "a broken page"});
  auto const half = coverage_of(q);
  CHECK(half.rows == 25);
  CHECK(half.chunks == 3);
  CHECK(half.done == 1);
  CHECK(half.running == 1);
  CHECK(half.failed == 1);
  CHECK(half.copied == 10);
  CHECK(half.skipped == 4);
  CHECK(half.refused == 2);
  CHECK(half.covered() == 16);
  CHECK(half.refused_keys == std::vector<std::string>{"3", "14"});
  CHECK_FALSE(half.complete());
  q.report(got[0], {work::done});
  CHECK_FALSE(coverage_of(state, "people").complete());
  q.reopen(q.plan()->id);
  q.report(q.claim(q.plan()->id, "w", {}, 60s).at(0), {work::done});
  CHECK(coverage_of(state, "people").complete());
}
