// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/help_out.hpp>

#include <string>
#include <thread>

#include <doctest/doctest.h>

#include <cli/world.hpp>
#include <zddm/cli/hold.hpp>
#include <zddm/cli/migrate.hpp>

using namespace world;

namespace {

zddm::backfill::plan const two{"names", 100, {"10"}, true};

/// Another operator at work on the migration.
struct leader {
  explicit leader(desk& d, std::string command = "zd migrate") : lease(d.memory, "names", std::move(command)) {}
  zddm::lifecycle::operator_lease<zddm::memory::state_store> lease;
};

} // namespace

TEST_CASE("help_out: beside a leader it copies, says so, and moves nothing") {
  desk d("migrate");
  d.place(row::migrating);
  d.copied(two, {"10", 10, 0, 0, {}, 0});
  leader const other(d);
  auto const before = d.record();
  d.run(cli::migrate);
  CHECK(d.m.count("copy") == 1);
  CHECK(d.m.count("compare") == 0);
  CHECK_FALSE(d.m.asked_last.retry_failed);
  CHECK_FALSE(d.m.asked_last.make_plan);
  CHECK((d.record() == before));
  CHECK(d.said("leads since"));
  CHECK(d.said("names: helped "));
}

TEST_CASE("help_out: it waits for the leader's plan, and leads on where the leader is gone") {
  desk d("migrate");
  d.place(row::migrating);
  auto other = std::make_unique<leader>(d);
  std::jthread const planning([&] {
    std::this_thread::sleep_for(50ms);
    d.copied(two, {"10", 10, 0, 0, {}, 0});
  });
  d.m.during = [&](std::string const& what) {
    if (what == "copy") other.reset();
  };
  d.run(cli::migrate);
  CHECK(d.m.count("copy") == 2);
  CHECK(d.m.count("compare") == 1);
  CHECK(d.at() == row::migrated);
}

TEST_CASE("help_out: there is nothing to do once all is copied") {
  desk d("migrate");
  d.place(row::migrating);
  d.copied({"names", 10, {"10"}, false}, {"10", 10, 0, 0, {}, 0});
  leader const other(d);
  d.run(cli::migrate);
  CHECK(d.m.count("copy") == 0);
  CHECK(d.said("names: nothing is left to copy"));
}

TEST_CASE("help_out: another command, or one that plans anew, is not helped") {
  desk d("migrate");
  d.place(row::migrating);
  d.copied(two, {"10", 10, 0, 0, {}, 0});
  {
    leader const other(d, "zd rollback");
    CHECK_THROWS_AS(d.run(cli::migrate), zddm::lifecycle::held);
  }
  leader const other(d);
  d.asked.restart = true;
  CHECK_THROWS_AS(d.run(cli::migrate), zddm::lifecycle::held);
  d.asked.restart = false;
  d.asked.plan = "chunks.txt";
  CHECK_THROWS_AS(d.run(cli::migrate), zddm::lifecycle::held);
  d.asked.plan.clear();
  d.m.stores = false;
  CHECK_THROWS_AS(d.run(cli::migrate), zddm::lifecycle::held);
  CHECK(d.m.count("copy") == 0);
}
