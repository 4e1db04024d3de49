// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/destroy.hpp>

#include <doctest/doctest.h>

#include <cli/world.hpp>

using namespace world;

TEST_CASE("destroy: every call is refused before the old data goes") {
  desk d("destroy");
  d.asked.yes = {"names"};
  d.place(row::completed);
  d.m.during = [&](std::string const& what) {
    if (what == "destroy") CHECK(d.at() == row::destroyed);
  };
  d.run(cli::destroy);
  CHECK(d.m.count("destroy") == 1);
  CHECK_FALSE(d.record().proof.used);
  d.run(cli::destroy);
  CHECK(d.m.count("destroy") == 1);
  CHECK(d.said("already destroyed"));
}

TEST_CASE("destroy: without the name nothing happens") {
  desk d("destroy");
  d.place(row::completed);
  CHECK(d.failure_of(cli::destroy).code() == 308);
  CHECK(d.at() == row::completed);
}

TEST_CASE("destroy: not while processes refer to it, unless that is overridden") {
  desk d("destroy");
  d.asked.yes = {"names"};
  d.place(row::completed);
  process const p(d.memory);
  auto const e = d.failure_of(cli::destroy);
  CHECK(e.code() == 304);
  CHECK(e.findings()[0].what.find("processes: 1") == 0);
  CHECK(d.m.count("destroy") == 0);
  d.asked.overrides = {"processes"};
  d.run(cli::destroy);
  CHECK(p.handle.current().at == row::destroyed);
  CHECK(zddm::lifecycle::history(d.memory, "names")[1].note == "override: processes (1)");
}

TEST_CASE("destroy: a step that fails is taken again") {
  desk d("destroy");
  d.asked.yes = {"names"};
  d.place(row::completed);
  d.m.fails = "destroy";
  CHECK_THROWS_AS(d.run(cli::destroy), zddm::store_error);
  CHECK(d.at() == row::destroyed);
  CHECK(d.record().proof.used);
  d.m.fails.clear();
  d.run(cli::destroy);
  CHECK(d.m.count("destroy") == 1);
  CHECK_FALSE(d.record().proof.used);
}

TEST_CASE("destroy: only what is completed") {
  desk d("destroy");
  d.asked.yes = {"names"};
  d.place(row::switched);
  CHECK(d.failure_of(cli::destroy).code() == 301);
  CHECK(d.m.count("destroy") == 0);
}

TEST_CASE("destroy: a dry run removes nothing") {
  desk d("destroy");
  d.asked.dry_run = true;
  d.place(row::completed);
  d.run(cli::destroy);
  CHECK(d.at() == row::completed);
  CHECK(d.m.calls.empty());
}
