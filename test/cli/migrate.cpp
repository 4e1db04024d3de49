// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/migrate.hpp>

#include <algorithm>

#include <doctest/doctest.h>

#include <cli/world.hpp>

using namespace world;

namespace {
auto place_of(scripted const& m, std::string_view what) { return std::ranges::find(m.calls, what) - m.calls.begin(); }
} // namespace

TEST_CASE("migrate: copied, drained, compared, then migrated") {
  desk d("migrate");
  d.place(row::prepared);
  process const p(d.memory);
  d.m.during = [&](std::string const& what) {
    if (what == "copy") CHECK(p.handle.current().at == row::migrating);
    if (what == "compare") CHECK(d.at() == row::migrating);
  };
  d.run(cli::migrate);
  CHECK(d.at() == row::migrated);
  CHECK(d.m.count("copy") == 1);
  CHECK(d.m.count("compare") == 1);
  CHECK(place_of(d.m, "copy") < place_of(d.m, "drain"));
  CHECK(place_of(d.m, "drain") < place_of(d.m, "compare"));
  CHECK(d.record().proof.covered);
  CHECK(d.record().proof.verified);
  CHECK(d.record().proof.copied == 10);
  CHECK(d.said("phase=backfill"));
}

TEST_CASE("migrate: a file for what is found that cannot be written is told of before the work, not after it") {
  desk d("migrate");
  d.place(row::prepared);
  d.asked.output = "/nowhere/found.jsonl";
  CHECK(d.failure_of(cli::migrate).code() == 322);
  CHECK(d.m.count("copy") == 0);
}

TEST_CASE("migrate: mismatches keep it migrating, and the next run compares again") {
  desk d("migrate");
  d.place(row::prepared);
  d.m.found.wrong.differs = 2;
  auto const e = d.failure_of(cli::migrate);
  CHECK(e.code() == 306);
  CHECK(e.exit() == cli::exit_code::mismatches);
  CHECK(d.at() == row::migrating);
  CHECK(d.record().proof.covered);
  CHECK(d.record().proof.mismatches == 2);
  d.m.found.wrong = {};
  d.run(cli::migrate);
  CHECK(d.at() == row::migrated);
}

TEST_CASE("migrate: open mismatches are skipped by name only, and the history tells") {
  desk d("migrate");
  d.place(row::prepared);
  d.m.found.wrong.differs = 2;
  d.asked.overrides = {"mismatches"};
  d.run(cli::migrate);
  CHECK(d.at() == row::migrated);
  auto const lines = zddm::lifecycle::history(d.memory, "names");
  CHECK(std::ranges::count(lines, "override: mismatches (2)", &zddm::lifecycle::audit::note) == 1);
}

TEST_CASE("migrate: rows without a counterpart stop it, with some of their keys") {
  desk d("migrate");
  d.place(row::prepared);
  d.m.copied.ending = zddm::backfill::ending::refused;
  d.m.copied.status.coverage.refused = 12;
  d.m.copied.status.coverage.refused_keys = {"1", "2"};
  auto const e = d.failure_of(cli::migrate);
  CHECK(e.code() == 307);
  CHECK(e.exit() == cli::exit_code::failed);
  CHECK(e.findings().size() == 2);
  CHECK(d.at() == row::migrating);
  CHECK_FALSE(d.record().proof.covered);
}

TEST_CASE("migrate: interrupted, it stays where it is and gives the migration back") {
  desk d("migrate");
  d.place(row::prepared);
  d.m.copied.ending = zddm::backfill::ending::stopped;
  CHECK_THROWS_AS(d.run(cli::migrate), cli::interrupted);
  CHECK(d.at() == row::migrating);
  CHECK_FALSE(d.record().proof.covered);
  CHECK_FALSE(zddm::lifecycle::operator_of(d.memory, "names"));
}

TEST_CASE("migrate: it says where it goes on") {
  desk d("migrate");
  d.place(row::migrating);
  d.copied({"names", 100, {"10", "20"}, true}, {"10", 10, 0, 0, {}, 0});
  d.run(cli::migrate);
  CHECK(d.said("names: goes on where it stopped: 10 of 100 rows were done before (1 of 3 chunks)"));
  d.place(row::migrating);
  d.asked.restart = true;
  d.run(cli::migrate);
  CHECK_FALSE(zddm::backfill::coverage_of(d.state, "names").planned);
}

TEST_CASE("migrate: what is planned anew is not covered, whoever is to copy it") {
  for (std::string const plan : {"", "-"}) {
    desk d("migrate");
    d.place(row::migrating, [](auto& r) { r.proof.covered = true; });
    d.copied({"names", 100, {"10", "20"}, true}, {"10", 10, 0, 0, {}, 0});
    auto const before = zddm::backfill::state_queue<zddm::memory::state_store>(d.memory, "names").plan()->id;
    bool asked = false;
    d.m.during = [&](std::string const& what) {
      if (what != "copy") return;
      asked = true;
      CHECK_FALSE(zddm::backfill::coverage_of(d.memory, "names").planned);
      CHECK_FALSE(d.record().proof.covered);
      zddm::backfill::state_queue<zddm::memory::state_store>(d.memory, "names").make(zddm::backfill::plan{}.encoded(), 0);
    };
    d.asked.restart = true;
    d.asked.plan = plan;
    d.run(cli::migrate);
    CHECK(asked);
    CHECK(zddm::backfill::state_queue<zddm::memory::state_store>(d.memory, "names").plan()->id != before);
  }
}

TEST_CASE("migrate: keys left unknown are noted and do not keep it from migrated") {
  desk d("migrate");
  d.place(row::prepared);
  d.m.unknown = {{0, 0, 3}};
  d.run(cli::migrate);
  CHECK(d.at() == row::migrated);
  CHECK(d.record().proof.unknown == 3);
}

TEST_CASE("migrate: a rate set meanwhile is kept, and nothing is copied or compared twice") {
  desk d("migrate");
  d.place(row::prepared);
  d.m.during = [&](std::string const& what) {
    if (what != "compare") return;
    auto const seen = zddm::lifecycle::load(d.memory, "names");
    auto next = seen.value;
    next.now.rate = zddm::threshold::percent(7);
    ++next.now.epoch;
    CHECK(zddm::lifecycle::replace(d.memory, "names", seen, next, {"other", "gate"}));
  };
  d.run(cli::migrate);
  CHECK(d.at() == row::migrated);
  CHECK(d.record().now.rate == zddm::threshold::percent(7));
  CHECK(d.m.count("compare") == 1);
}

TEST_CASE("migrate: within one store its own step is the copy") {
  desk d("migrate");
  d.m.stores = false;
  d.place(row::prepared);
  d.m.fails = "migrate";
  CHECK_THROWS_AS(d.run(cli::migrate), zddm::store_error);
  CHECK(d.at() == row::migrating);
  d.m.fails.clear();
  d.run(cli::migrate);
  CHECK(d.at() == row::migrated);
  CHECK(d.m.count("migrate") == 1);
  CHECK(d.m.count("copy") == 0);
}

TEST_CASE("migrate: a dry run copies nothing") {
  desk d("migrate");
  d.place(row::prepared);
  d.asked.dry_run = true;
  d.run(cli::migrate);
  CHECK(d.said("would go prepared -> migrating -> migrated"));
  CHECK(d.m.calls.empty());
}
