// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/planning.hpp>

#include <stop_token>

#include <doctest/doctest.h>

#include <zddm/backfill/state_queue.hpp>
#include <zddm/memory/state_store.hpp>
#include <zddm/memory/store.hpp>

using namespace zddm::backfill;

namespace {

struct ground {
  zddm::memory::store<int, int> from;
  zddm::memory::state_store state;
  state_queue<zddm::memory::state_store> queue{state, "people"};
  options how;

  ground() {
    for (int i = 0; i < 100; ++i) from.put(i, i);
    how.identity = "people to names";
    how.chunk.rows = 10;
  }
  plan of() { return plan::decoded(planned_or_made(from, queue, how, std::stop_token()).text); }
};

} // namespace

TEST_CASE("planning: made of the store as it is, and the same for whoever comes later") {
  ground g;
  auto const first = g.of();
  CHECK(first.identity == "people to names");
  CHECK(first.rows == 100);
  CHECK(first.chunks() == 10);
  g.from.put(1000, 1);
  g.how.chunk.rows = 5;
  CHECK(g.of() == first);
}

TEST_CASE("planning: who goes by the plan of others makes none") {
  ground g;
  g.how.make_plan = false;
  CHECK_THROWS_WITH_AS(g.of(), doctest::Contains("ZD-241"), zddm::error);
  CHECK_FALSE(g.queue.plan());
  g.how.make_plan = true;
  auto const made = g.of();
  g.how.make_plan = false;
  CHECK(g.of() == made);
}
