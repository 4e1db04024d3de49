// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/roll_back.hpp>

#include <algorithm>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include <cli/world.hpp>
#include <zddm/backfill/coverage.hpp>
#include <zddm/backfill/worker.hpp>

using namespace world;

TEST_CASE("roll_back: from every row up to switched to unrun, and New is emptied after everybody left it") {
  for (auto const from : {row::preparing, row::prepared, row::migrating, row::migrated, row::switching, row::switched}) {
    desk d("rollback");
    d.m.rows = 5;
    d.place(from);
    process const p(d.memory);
    d.m.during = [&](std::string const& what) {
      if (what != "clear") return;
      CHECK(d.at() == row::unrun);
      CHECK(p.handle.current().at == row::unrun);
    };
    d.run(cli::roll_back);
    CHECK(d.m.count("clear") == 1);
    CHECK(d.m.rows == 0);
    CHECK((d.record().proof == zddm::lifecycle::evidence{}));
    CHECK(d.said("names is unrun"));
  }
}

TEST_CASE("roll_back: what never began, and what is rolled back, needs nothing") {
  desk d("rollback");
  d.run(cli::roll_back);
  d.run(cli::roll_back);
  CHECK(d.said("names is already unrun"));
  CHECK(d.m.calls.empty());
}

TEST_CASE("roll_back: New that cannot be emptied is emptied by the next one, and prepare waits for it") {
  desk d("rollback");
  d.place(row::prepared);
  d.m.fails = "clear";
  auto const e = d.failure_of(cli::roll_back);
  CHECK(e.code() == 311);
  CHECK(e.exit() == cli::exit_code::failed);
  CHECK(d.at() == row::unrun);
  CHECK(d.record().proof.used);
  d.m.fails.clear();
  d.run(cli::roll_back);
  CHECK(d.m.count("clear") == 1);
  CHECK_FALSE(d.record().proof.used);
}

TEST_CASE("roll_back: a quarantine, its journal and the checkpoint end with it") {
  desk d("rollback");
  d.place(row::migrating, [](auto& r) { r.now.shut = zddm::lifecycle::quarantine::settled; });
  zddm::lifecycle::journal::note(d.memory, "names", "1");
  d.copied({"names", 1, {"1"}, true}, {});
  d.run(cli::roll_back);
  CHECK(d.at() == row::unrun);
  CHECK(d.record().now.shut == zddm::lifecycle::quarantine::none);
  CHECK(zddm::lifecycle::journal::all(d.memory, "names").empty());
  CHECK_FALSE(zddm::backfill::coverage_of(d.state, "names").planned);
}

TEST_CASE("roll_back: whoever copies loses the plan and ends before New is emptied; who died is not waited for") {
  desk d("rollback");
  d.place(row::migrating);
  d.copied({"names", 1, {"1"}, true}, {});
  zddm::backfill::publish(d.memory, "names", "copies", zddm::backfill::worker::of({}), 60s);
  auto dead = zddm::backfill::worker::of({});
  dead.owner.pid = dead_pid();
  zddm::backfill::publish(d.memory, "names", "died", dead, 60s);
  bool ended = false;
  std::jthread const copier([&] {
    while (zddm::backfill::coverage_of(d.memory, "names").planned) std::this_thread::sleep_for(1ms);
    std::this_thread::sleep_for(50ms);
    ended = true;
    zddm::backfill::retire(d.memory, "names", "copies");
  });
  d.m.during = [&](std::string const& what) {
    if (what == "clear") CHECK(ended);
  };
  d.run(cli::roll_back);
  CHECK(ended);
  CHECK(d.m.count("clear") == 1);
  CHECK(d.said("names: waiting until " + zddm::lifecycle::identity::self().who()));
}

TEST_CASE("roll_back: there is no way back from completing, nor after a switch without a mapping back") {
  desk d("rollback");
  for (auto const at : {row::completing, row::completed, row::destroyed}) {
    d.place(at);
    CHECK(d.failure_of(cli::roll_back).code() == 301);
  }
  d.m.no_way_back = "the mapping has no to_old";
  d.place(row::switched);
  CHECK(d.failure_of(cli::roll_back).code() == 305);
  CHECK(d.at() == row::switched);
  d.place(row::migrated);
  d.run(cli::roll_back);
  CHECK(d.at() == row::unrun);
}

TEST_CASE("roll_back: refused while Old is known to differ from what readers are given, unless that is overridden") {
  desk d("rollback");
  d.place(row::switched, [](auto& r) { r.proof.mismatches = 2; });
  for (bool const dry_run : {true, false}) {
    d.asked.dry_run = dry_run;
    auto const e = d.failure_of(cli::roll_back);
    CHECK(e.code() == 304);
    CHECK(e.exit() == cli::exit_code::refused);
    REQUIRE(e.findings().size() == 1);
    CHECK(e.findings()[0].remedy == "zd repair names");
    CHECK(d.at() == row::switched);
  }
  d.asked.overrides = {"mismatches"};
  d.run(cli::roll_back);
  CHECK(d.at() == row::unrun);
  CHECK(std::ranges::count(zddm::lifecycle::history(d.memory, "names"), "override: mismatches (2)",
                           &zddm::lifecycle::audit::note) == 1);
  desk before("rollback");
  before.place(row::migrated, [](auto& r) { r.proof.mismatches = 2; });
  before.run(cli::roll_back);
  CHECK(before.at() == row::unrun);
}

TEST_CASE("roll_back: a dry run changes nothing") {
  desk d("rollback");
  d.asked.dry_run = true;
  d.place(row::switched);
  d.run(cli::roll_back);
  CHECK(d.said("would go switched -> switching -> migrated -> preparing -> unrun"));
  CHECK(d.at() == row::switched);
  CHECK(d.m.calls.empty());
}
