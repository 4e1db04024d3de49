// SPDX-License-Identifier: BSL-1.0
#include <zddm/sqlite/work_queue.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/sqlite/state_store.hpp>
#include <zddm/testing/laws/work_queue.hpp>

#include "../tools/processes.hpp"
#include "../tools/scratch.hpp"

using namespace std::chrono_literals;
using zddm::backfill::counts;
using zddm::backfill::wanted;
using zddm::backfill::work;
using zddm::sqlite::work_queue;

static_assert(zddm::backfill::work_queue<work_queue>);

namespace {

constexpr zddm::sqlite::options quick{.busy_timeout = 60s, .synchronous = zddm::sqlite::synchronous::off};

} // namespace

TEST_CASE("sqlite work_queue keeps the laws") {
  test::scratch dir;
  int n = 0;
  zddm::testing::laws::work_queue([&] { return work_queue(dir / std::to_string(++n), "people", quick); },
                                  [](std::string_view law) { FAIL_CHECK(law); });
}

TEST_CASE("sqlite work_queue: queues of several names share a file with a state store and do not disturb each other") {
  test::scratch dir;
  zddm::sqlite::state_store const state(dir / "zd", quick);
  work_queue people(dir / "zd", "people", quick), orders(dir / "zd", "orders", quick);
  CHECK(people.make("p", 3));
  CHECK(orders.make("o", 5));
  CHECK(people.claim(people.plan()->id, "a", wanted{9}, 60s).size() == 3);
  CHECK(orders.counts(orders.plan()->id) == counts{5, 0, 0, 0});
  people.forget();
  CHECK(orders.plan()->text == "o");
  CHECK(orders.counts(orders.plan()->id) == counts{5, 0, 0, 0});
}

TEST_CASE("sqlite work_queue: who wants all that there is may say so by the greatest numbers") {
  test::scratch dir;
  work_queue q(dir / "q", "people", quick);
  q.make("p", 3);
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  CHECK(q.claim(q.plan()->id, "a", wanted{2, 1, most}, 60s).size() == 2);
  CHECK(q.claim(q.plan()->id, "a", wanted{most, 0, most}, 60s).size() == 1);
}

TEST_CASE("sqlite work_queue outlives its processes: each item is ended once though every second worker is killed") {
  test::scratch dir;
  constexpr std::uint64_t items = 40;
  work_queue(dir / "q", "people", quick).make("p", items);
  for (int round = 0; round < 4; ++round) {
    test::process dying([&] {
      work_queue q(dir / "q", "people", quick);
      auto const got = q.claim(q.plan()->id, "dying", wanted{3}, 1ms);
      for (auto t : got) {
        t.lease = 30ms;
        q.report(t, {work::held, t.note + "d"});
      }
      ::pause();
      return true;
    });
    CHECK(test::in_processes(2, [&](int me) {
      work_queue q(dir / "q", "people", quick);
      auto const plan = q.plan()->id;
      std::uint64_t const enough = items * static_cast<std::uint64_t>(round + 1) / 4;
      while (q.counts(plan).done < enough)
        for (auto const& t : q.claim(plan, "w" + std::to_string(me), {}, 60s))
          if (!q.report(t, {work::done, t.note + "x"})) return false;
      return true;
    }));
    dying.kill();
  }
  work_queue q(dir / "q", "people", quick);
  CHECK(q.counts(q.plan()->id) == counts{0, 0, items, 0});
  for (auto const& one : q.items(q.plan()->id)) CHECK(one.note.find('x') == one.note.size() - 1);
}

TEST_CASE("sqlite work_queue: no lease outlives a restart of the machine") {
  test::scratch dir;
  work_queue q(dir / "q", "people", quick);
  q.make("p", 1);
  auto const plan = q.plan()->id;
  auto const held = q.claim(plan, "before", {}, 1h);
  REQUIRE(held.size() == 1);
  {
    zddm::sqlite::database d(dir / "q", quick);
    auto s = d.session();
    s.connection().execute("UPDATE zddm_work SET boot = 'another'");
  }
  CHECK_FALSE(q.report(held[0], {work::done}));
  CHECK(q.claim(plan, "after", {}, 60s).size() == 1);
}
