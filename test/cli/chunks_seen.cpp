// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/chunks_seen.hpp>

#include <doctest/doctest.h>

#include <cli/world.hpp>

using namespace world;
using look = cli::chunk_seen::look;

TEST_CASE("chunks seen: done, begun, waiting, failed, and what refused rows, in the order of their keys") {
  using zddm::backfill::mark;
  using zddm::backfill::work;
  desk d("report");
  CHECK(cli::chunks_seen(d.session(), "names").empty());
  d.copied({"names", 100, {"10", "20", "30", "40", "50"}, true}, {"10", 60, 2, 0, {}, 0});
  zddm::backfill::state_queue<zddm::memory::state_store> queue(d.memory, "names");
  auto const tasks = queue.claim(queue.plan()->id, "w", {4}, 60s);
  queue.report(tasks.at(0), {work::done, mark{"20", 5, 0, 3, {"17"}, 0}.encoded()});
  queue.report(tasks.at(1), {work::open, mark{"25", 1, 0, 0, {}, 0}.encoded()});
  queue.report(tasks.at(2), {work::failed, {}, "the store is down"});
  auto const all = cli::chunks_seen(d.session(), "names");
  REQUIRE(all.size() == 6);
  CHECK(all[0].is == look::done);
  CHECK(all[0].rows == 62);
  CHECK(all[0].upto == "10");
  CHECK(all[1].is == look::refused);
  CHECK(all[1].refused == 3);
  CHECK(all[2].is == look::begun);
  CHECK(all[3].is == look::failed);
  CHECK(all[3].why == "the store is down");
  CHECK(all[4].is == look::begun); // somebody holds it
  CHECK(all[5].is == look::waiting);
  CHECK(all[5].upto.empty());
}
