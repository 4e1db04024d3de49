// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/course.hpp>

#include <cstdint>
#include <string_view>

#include <doctest/doctest.h>

#include <cli/world.hpp>
#include <tools/watched.hpp>

using namespace world;

namespace {

std::uint64_t rows(desk& d) {
  std::uint64_t n = 0;
  for (auto const& p : zddm::lifecycle::load_series(d.memory, "names").first.points) n += p.rows;
  return n;
}

} // namespace

TEST_CASE("course: the rows of a backfill are noted now and then, each once") {
  desk d("migrate");
  zddm::backfill::plan const plan{"names", 100, {"10"}, true};
  d.copied(plan, {"5", 0, 0, 0, {}, 0}, false);
  zddm::backfill::state_queue<zddm::memory::state_store> queue(d.memory, "names");
  auto const t = queue.claim(queue.plan()->id, "w", {}, 60s).at(0);
  auto const copied = [&](std::uint64_t n) {
    queue.report(t, {zddm::backfill::work::held, zddm::backfill::mark{"5", n, 0, 0, {}, 0}.encoded()});
  };
  std::chrono::nanoseconds now = 1000s;
  cli::course noted(d.state, "names", [&] { return now; }), other(d.state, "names", [&] { return now; });
  noted();
  copied(30);
  now += 9s;
  noted();
  CHECK(rows(d) == 0);
  now += 1s;
  noted();
  other(); // another worker of the same backfill
  CHECK(rows(d) == 30);
  copied(40);
  noted.finish();
  CHECK(rows(d) == 40);
  queue.forget(); // planned anew
  other.finish();
  CHECK(rows(d) == 40);
  d.copied(plan, {"10", 10, 5, 0, {}, 0});
  noted.finish();
  CHECK(rows(d) == 55);
}

TEST_CASE("course: what the backfill waits is noted by its reason, each moment once") {
  desk d("migrate");
  std::chrono::nanoseconds now = 1000s;
  cli::course noted(d.state, "names", [&] { return now; }), other(d.state, "names", [&] { return now; });
  noted({{"old latency", 2s}});
  now += 10s;
  noted({{"old latency", 5s}, {"rows per second", 1s}});
  other.finish({{"old latency", 1s}}); // of another process
  noted.finish({{"old latency", 5s}, {"rows per second", 1s}});
  auto const waited = zddm::lifecycle::load_series(d.memory, "names").first.waited;
  REQUIRE(waited.size() == 2);
  CHECK(waited[0].reason == "old latency");
  CHECK(waited[0].milliseconds == 6000);
  CHECK(waited[1].milliseconds == 1000);
}

TEST_CASE("course: a state store that is away for a moment ends no copy, and what was waited meanwhile is noted later") {
  desk d("migrate");
  bool away = true;
  test::watched_state<zddm::memory::state_store> flaky(d.memory, [&](std::string_view, bool) {
    if (away) throw zddm::store_error(zddm::error_class::transient, "the server restarts");
  });
  auto state = cli::shared_state::of(flaky);
  std::chrono::nanoseconds now = 1000s;
  cli::course noted(state, "names", [&] { return now; });
  noted({{"old latency", 2s}});
  CHECK_THROWS_AS(noted.finish({{"old latency", 2s}}), cli::state_failure);
  away = false;
  now += 10s;
  noted({{"old latency", 3s}});
  auto const waited = zddm::lifecycle::load_series(d.memory, "names").first.waited;
  REQUIRE(waited.size() == 1);
  CHECK(waited[0].milliseconds == 3000);
}
