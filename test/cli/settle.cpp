// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/settle.hpp>

#include <doctest/doctest.h>

#include <cli/world.hpp>

using namespace world;

TEST_CASE("settle: every process tells which writes are over before New is drained") {
  desk d("switch");
  d.place(row::migrated);
  process const p(d.memory);
  auto const before = d.record().now.epoch;
  d.m.during = [&](std::string const& what) {
    if (what != "drain") return;
    for (auto const& one : zddm::lifecycle::leases(d.memory, "names")) CHECK(one.epoch == before + 1);
  };
  CHECK(cli::settle(d.session(), d.m, false).dry());
  CHECK(d.m.count("drain") == 1);
  CHECK(d.m.gone);
  CHECK(d.record().now.epoch == before + 1);
  CHECK(d.at() == row::migrated);
}

TEST_CASE("settle: it goes on until nothing is unknown but what is being written") {
  desk d("switch");
  d.place(row::migrated);
  d.m.unknown = {{1, 0, 3}, {3, 2, 0}};
  CHECK(cli::settle(d.session(), d.m, false).left_unknown == 0);
  CHECK(d.m.count("drain") == 2);
}

TEST_CASE("settle: strictly means that nothing is being written either") {
  desk d("complete");
  d.place(row::completing);
  d.m.unknown = {{0, 2, 0}, {2, 0, 0}};
  CHECK(cli::settle(d.session(), d.m, true).dry());
  CHECK(d.m.count("drain") == 2);
}

TEST_CASE("settle: it gives up when nothing moves, and says what is left") {
  desk d("switch");
  d.place(row::migrated);
  d.m.unknown = {{0, 0, 4}};
  CHECK(cli::settle(d.session(), d.m, false).left_unknown == 4);
  CHECK(d.m.count("drain") == 11);
}

TEST_CASE("settle: it can be interrupted") {
  desk d("switch");
  d.place(row::migrated);
  d.m.unknown = {{0, 0, 4}};
  d.m.during = [&](std::string const&) { d.stop.request(2); };
  CHECK_THROWS_AS(cli::settle(d.session(), d.m, false), cli::interrupted);
}

TEST_CASE("settle: marks are freed from completing on, and nothing is read from Old once it is completed") {
  desk d("repair");
  d.place(row::switched);
  cli::settle(d.session(), d.m, false);
  CHECK(d.m.count("free marks") == 0);
  d.place(row::completing);
  cli::settle(d.session(), d.m, true);
  CHECK(d.m.count("free marks") == 1);
  auto const drains = d.m.count("drain");
  d.place(row::completed);
  cli::settle(d.session(), d.m, true);
  CHECK(d.m.count("free marks") == 2);
  CHECK(d.m.count("drain") == drains);
}

TEST_CASE("settle: how many keys New does not know is evidence, and part of the course") {
  desk d("repair");
  d.place(row::migrated);
  cli::note_unknown(d.session(), d.m, 7);
  CHECK(d.record().proof.unknown == 7);
  CHECK(zddm::lifecycle::load_series(d.memory, "names").first.points.back().unknown == 7);
}
