// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/prepare.hpp>

#include <doctest/doctest.h>

#include <cli/world.hpp>

using namespace world;

TEST_CASE("prepare: the migration's own step, then the bridge, then prepared") {
  desk d("prepare");
  d.run(cli::prepare);
  CHECK(d.m.count("prepare") == 1);
  CHECK(d.at() == row::prepared);
  CHECK(d.record().proof.used);
  CHECK(d.data.str() == "names is prepared (epoch 2)\n");
  CHECK(d.said("names: preparing (epoch 1)"));
  CHECK_FALSE(zddm::lifecycle::operator_of(d.memory, "names"));
}

TEST_CASE("prepare: a second time it is there already and nothing is done") {
  desk d("prepare");
  d.run(cli::prepare);
  d.run(cli::prepare);
  CHECK(d.m.count("prepare") == 1);
  CHECK(d.said("names is already prepared (epoch 2)"));
}

TEST_CASE("prepare: what was compared in an earlier life says nothing of this one") {
  desk d("prepare");
  cli::note_comparison(d.session(), "names", d.m.found);
  zddm::lifecycle::change_series(d.memory, "names", [](auto& all) { all.processes.push_back({7, {5, 0, 0, 0, 0, 0}}); });
  d.run(cli::prepare);
  CHECK_FALSE(cli::last_comparison(d.session(), "names"));
  auto const course = zddm::lifecycle::load_series(d.memory, "names").first;
  CHECK_FALSE(course.since(0).share());
  CHECK(course.processes.size() == 1); // or what they counted then would be counted now
}

TEST_CASE("prepare: New has to be empty") {
  desk d("prepare");
  d.m.rows = 3;
  auto const e = d.failure_of(cli::prepare);
  CHECK(e.code() == 303);
  CHECK(e.exit() == cli::exit_code::refused);
  CHECK((d.record() == zddm::lifecycle::record{}));
  d.m.rows = 0;
  d.run(cli::prepare);
  CHECK(d.at() == row::prepared);
}

TEST_CASE("prepare: what an unfinished rollback left is not built upon") {
  desk d("prepare");
  d.place(row::unrun, [](auto& r) { r.proof.used = true; });
  CHECK(d.failure_of(cli::prepare).findings()[0].remedy == "zd rollback names");
}

TEST_CASE("prepare: a step that fails changes nothing, and can be taken again") {
  desk d("prepare");
  d.m.fails = "prepare";
  CHECK_THROWS_AS(d.run(cli::prepare), zddm::store_error);
  CHECK((d.record() == zddm::lifecycle::record{}));
  CHECK_FALSE(zddm::lifecycle::operator_of(d.memory, "names"));
  d.m.fails.clear();
  d.run(cli::prepare);
  CHECK(d.at() == row::prepared);
}

TEST_CASE("prepare: one that was interrupted in the bridge goes on") {
  desk d("prepare");
  d.place(row::preparing);
  d.m.rows = 1;
  d.run(cli::prepare);
  CHECK(d.at() == row::prepared);
  CHECK(d.m.count("prepare") == 0);
}

TEST_CASE("prepare: what a process without a lease put in New goes once every write makes New forget its key") {
  desk d("prepare");
  bool bridged = false;
  d.m.during = [&](std::string const& what) {
    if (what == "clear") bridged = d.at() == row::preparing;
  };
  d.run(cli::prepare);
  CHECK(d.at() == row::prepared);
  CHECK(d.m.count("clear") == 1);
  CHECK(bridged);
}

TEST_CASE("prepare: a dry run says the rows and changes nothing") {
  desk d("prepare");
  d.asked.dry_run = true;
  d.run(cli::prepare);
  CHECK(d.data.str() == "names: would go unrun -> preparing -> prepared; nothing was changed\n");
  CHECK((d.record() == zddm::lifecycle::record{}));
  CHECK(d.m.count("prepare") == 0);
}

TEST_CASE("prepare: from a later row it is refused with the command that leads on") {
  desk d("prepare");
  d.place(row::migrated);
  auto const e = d.failure_of(cli::prepare);
  CHECK(e.code() == 301);
  CHECK(e.findings()[0].remedy == "zd switch names");
}

TEST_CASE("prepare: every process obeys before it returns") {
  desk d("prepare");
  process const a(d.memory), b(d.memory);
  d.run(cli::prepare);
  CHECK(a.handle.current().at == row::prepared);
  CHECK(b.handle.current().at == row::prepared);
}

TEST_CASE("prepare: a process that does not obey is named, and the command can be run again") {
  desk d("prepare");
  process silent(d.memory, false);
  d.asked.wait = 30ms;
  CHECK_THROWS_AS(d.run(cli::prepare), zddm::lifecycle::unacknowledged);
  CHECK(d.at() == row::preparing);
  silent.membership.poll_once();
  CHECK_THROWS_AS(d.run(cli::prepare), zddm::lifecycle::unacknowledged);
  silent.membership.poll_once();
  d.run(cli::prepare);
  CHECK(d.at() == row::prepared);
}
