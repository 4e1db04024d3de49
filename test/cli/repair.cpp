// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/repair.hpp>

#include <doctest/doctest.h>

#include <cli/world.hpp>

using namespace world;
using zddm::lifecycle::quarantine;

TEST_CASE("repair: what is wrong is healed, and what is left is noted") {
  desk d("repair");
  d.place(row::migrated, [](auto& r) { r.proof.mismatches = 3; });
  d.m.found.wrong = {2, 0, 1, 0, 0};
  d.m.found.repaired = {2, 0, 1, 0, 0};
  d.m.healed = {2, 1, 0, 0, 0, 0};
  d.run(cli::repair);
  CHECK(d.record().proof.mismatches == 0);
  CHECK(d.m.count("drain") == 1);
  CHECK(d.m.count("heal") == 1);
  CHECK(d.said("3 healed, 0 open"));

  d.m.found.repaired = {1, 0, 0, 0, 0};
  d.m.healed = {1, 0, 1, 1, 0, 0};
  auto const e = d.failure_of(cli::repair);
  CHECK(e.code() == 306);
  CHECK(e.exit() == cli::exit_code::mismatches);
  CHECK(d.record().proof.mismatches == 2);
}

TEST_CASE("repair: a dry run heals nothing, lifts nothing and notes nothing") {
  desk d("repair");
  d.asked.dry_run = true;
  d.place(row::migrated, [](auto& r) { r.now.shut = quarantine::settled; });
  zddm::lifecycle::journal::note(d.memory, "names", "7");
  auto const before = d.record();
  d.run(cli::repair);
  CHECK((d.record() == before));
  CHECK(d.m.calls == std::vector<std::string>{"heal dry"});
  CHECK(d.said("with 1 keys written meanwhile"));
}

TEST_CASE("repair: what stays open is told with what was done, by a dry run with nothing") {
  desk d("repair");
  d.place(row::migrated);
  d.m.found.wrong.missing = 2;
  CHECK(d.failure_of(cli::repair).note().starts_with("what could be healed is"));
  d.asked.dry_run = true;
  auto const e = d.failure_of(cli::repair);
  CHECK(e.note() == "nothing was changed.");
  CHECK(e.findings()[0].remedy == "zd repair names");
}

TEST_CASE("repair: a quarantine ends when every process invalidates and New distrusts what was written without it") {
  desk d("repair");
  d.place(row::prepared);
  process p(d.memory);
  p.handle.quarantine("New is down");
  REQUIRE(d.record().now.shut == quarantine::settled);
  p.handle.journal("7");
  p.handle.journal("8");
  d.m.during = [&](std::string const& what) {
    if (!what.starts_with("distrust")) return;
    CHECK(d.record().now.shut == quarantine::rejoining);
    CHECK(p.handle.current().shut == quarantine::rejoining);
  };
  d.run(cli::repair);
  CHECK(d.record().now.shut == quarantine::none);
  CHECK(p.handle.current().shut == quarantine::none);
  CHECK(d.m.count("distrust 7") == 1);
  CHECK(d.m.count("distrust 8") == 1);
  CHECK(zddm::lifecycle::journal::all(d.memory, "names").empty());
  CHECK(d.said("2 keys written without it"));
}

TEST_CASE("repair: a quarantine that was only announced is settled first") {
  desk d("repair");
  d.place(row::prepared, [](auto& r) { r.now.shut = quarantine::announced; });
  d.run(cli::repair);
  CHECK(d.record().now.shut == quarantine::none);
  CHECK(d.record().now.epoch >= 4);
}

TEST_CASE("repair: while New is down it stays shut out, and killed in the middle it is repaired by the next run") {
  desk d("repair");
  d.place(row::prepared, [](auto& r) { r.now.shut = quarantine::settled; });
  zddm::lifecycle::journal::note(d.memory, "names", "7");
  zddm::lifecycle::journal::note(d.memory, "names", "8");
  d.m.fails = "rows";
  CHECK_THROWS_AS(d.run(cli::repair), zddm::store_error);
  CHECK(d.record().now.shut == quarantine::settled);
  d.m.fails = "distrust 8";
  CHECK_THROWS_AS(d.run(cli::repair), zddm::store_error);
  CHECK(d.record().now.shut == quarantine::rejoining);
  CHECK(zddm::lifecycle::journal::all(d.memory, "names").size() == 1);
  d.m.fails.clear();
  d.run(cli::repair);
  CHECK(d.record().now.shut == quarantine::none);
  CHECK(d.m.count("distrust 7") == 1);
  CHECK(d.m.count("distrust 8") == 1);
}

TEST_CASE("repair: nothing is filled while some process may write Old alone") {
  desk d("repair");
  d.place(row::preparing);
  d.run(cli::repair);
  d.place(row::prepared, [](auto& r) {
    r.now.announced = zddm::threshold::open();
    r.now.high_water = zddm::threshold::percent(10);
  });
  d.run(cli::repair);
  CHECK(d.m.count("drain") == 0);
  d.place(row::prepared);
  d.run(cli::repair);
  CHECK(d.m.count("drain") == 1);
  CHECK(d.m.count("heal") == 0);
}

TEST_CASE("repair: a completed migration is freed of what dead processes left, and nothing else") {
  desk d("repair");
  d.place(row::completed);
  d.run(cli::repair);
  CHECK(d.m.calls == std::vector<std::string>{"free marks"});
}

TEST_CASE("repair: where New is not in use there is nothing to repair") {
  desk d("repair");
  for (auto const at : {row::unrun, row::destroyed}) {
    d.place(at);
    CHECK(d.failure_of(cli::repair).code() == 301);
  }
  d.m.stores = false;
  d.place(row::migrated);
  CHECK(d.failure_of(cli::repair).code() == 310);
}

TEST_CASE("repair: until the switch New is made to agree, after it Old") {
  desk d("repair", true);
  for (auto const& [at, right] : {std::pair(row::migrated, zddm::verify::authority::old_store),
                                  std::pair(row::switching, zddm::verify::authority::old_store),
                                  std::pair(row::switched, zddm::verify::authority::new_store)}) {
    d.place(at, [](auto& r) { r.proof.covered = true; });
    d.run(cli::repair);
    CHECK(d.m.right == right);
  }
  CHECK(d.said(R"("changed":"new")"));
  CHECK(d.said(R"("changed":"old")"));
}
