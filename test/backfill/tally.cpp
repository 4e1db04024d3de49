// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/tally.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using zddm::backfill::item;
using zddm::backfill::mark;
using zddm::backfill::pace;
using zddm::backfill::tally;
using zddm::backfill::work;

namespace {

mark copied(std::uint64_t rows) { return {"k", rows, 0, 0, {}, 0}; }
item at(std::uint64_t id, work state, std::uint64_t rows, std::string worker = "other") {
  item i;
  i.id = id;
  i.state = state;
  if (rows > 0) i.note = copied(rows).encoded();
  i.worker = std::move(worker);
  return i;
}
bool never(std::uint64_t) { return false; }

} // namespace

TEST_CASE("tally: this process's own steps count at once, and once, whatever the queue says of them later") {
  tally t(30, 3);
  t.told({at(0, work::open, 0), at(1, work::open, 0), at(2, work::open, 0)}, "me", never, 0s);
  t.claimed(0, {});
  t.advanced(0, copied(4), copied(4), false, 1s);
  CHECK(t.covered().covered() == 4);
  auto const holds = [](std::uint64_t chunk) { return chunk == 0; };
  t.told({at(0, work::held, 2, "me"), at(1, work::held, 3), at(2, work::open, 0)}, "me", holds, 2s); // behind what it knows
  CHECK(t.covered().covered() == 7);
  CHECK(t.covered().running == 2);
  CHECK(t.processes() == 2);
  t.advanced(0, copied(10), copied(6), true, 3s);
  t.told({at(0, work::held, 2, "me"), at(1, work::done, 10), at(2, work::done, 10)}, "me", never, 4s);
  CHECK(t.covered().covered() == 30);
  CHECK(t.covered().complete());
  CHECK(t.processes() == 1);
}

TEST_CASE("tally: what became of a chunk that is in other hands, the queue knows") {
  tally t(20, 2);
  t.claimed(0, copied(1));
  t.advanced(0, copied(3), copied(2), false, 0s);
  t.told({at(0, work::held, 9), at(1, work::failed, 0)}, "me", never, 1s);
  CHECK(t.covered().covered() == 9);
  CHECK(t.covered().failed == 1);
  t.lost(0);
  t.told({at(0, work::done, 10), at(1, work::open, 0)}, "me", [](auto) { return true; }, 2s);
  CHECK(t.covered().covered() == 10);
  CHECK(t.covered().done == 1);
}

TEST_CASE("tally: the rate is that of all processes, the rows copied are this one's") {
  tally t(1000, 2);
  pace const p([](auto const&...) { return zddm::backfill::pause{}; }, {});
  CHECK_FALSE(t.now(0s, p).rows_per_second);
  t.told({at(0, work::open, 0), at(1, work::open, 0)}, "me", never, 0s);
  t.claimed(0, {});
  t.advanced(0, copied(100), copied(100), false, 5s);
  t.told({at(0, work::held, 100, "me"), at(1, work::held, 300)}, "me", [](auto chunk) { return chunk == 0; }, 10s);
  auto const now = t.now(10s, p);
  CHECK(now.own_copied == 100);
  CHECK(now.coverage.copied == 400);
  CHECK(now.processes == 2);
  REQUIRE(now.rows_per_second);
  CHECK(*now.rows_per_second == doctest::Approx(40));
  CHECK(now.left == 15s);
}
