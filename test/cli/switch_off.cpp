// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/switch_off.hpp>

#include <doctest/doctest.h>

#include <cli/world.hpp>

using namespace world;

TEST_CASE("switch_off: back to migrated, with the evidence kept") {
  desk d("switchoff");
  d.place(row::switched);
  process const p(d.memory);
  d.run(cli::switch_off);
  CHECK(d.at() == row::migrated);
  CHECK(p.handle.current().at == row::migrated);
  CHECK(d.record().proof.covered);
  CHECK(d.m.count("drain") == 1);
}

TEST_CASE("switch_off: refused where the mapping has no way back, with its reason") {
  desk d("switchoff");
  d.m.no_way_back = "the mapping is lossy";
  d.place(row::switched);
  auto const e = d.failure_of(cli::switch_off);
  CHECK(e.code() == 305);
  CHECK(e.exit() == cli::exit_code::refused);
  CHECK(e.findings()[0].what == "the mapping is lossy");
  CHECK(e.findings()[1].remedy == "zd complete names");
  CHECK(d.at() == row::switched);
}

TEST_CASE("switch_off: a switch that nobody took yet can be taken back all the same") {
  desk d("switchoff");
  d.m.no_way_back = "the mapping is lossy";
  d.place(row::switching);
  d.run(cli::switch_off);
  CHECK(d.at() == row::migrated);
}

TEST_CASE("switch_off: from any other state it is refused") {
  desk d("switchoff");
  for (auto const at : {row::unrun, row::prepared, row::completing, row::completed}) {
    d.place(at);
    auto const e = d.failure_of(cli::switch_off);
    CHECK(e.code() == 301);
    CHECK(e.findings()[0].remedy.empty()); // what leads on does not lead back
  }
}

TEST_CASE("switch_off: a dry run changes nothing") {
  desk d("switchoff");
  d.asked.dry_run = true;
  d.place(row::switched);
  d.run(cli::switch_off);
  CHECK(d.said("would go switched -> switching -> migrated"));
  CHECK(d.at() == row::switched);
}

TEST_CASE("switch_off: refused while Old is known to differ from what readers are given, unless that is overridden") {
  desk d("switchoff");
  d.place(row::switched, [](auto& r) { r.proof.mismatches = 2; });
  d.asked.dry_run = true;
  CHECK(d.failure_of(cli::switch_off).code() == 304);
  d.asked.dry_run = false;
  auto const e = d.failure_of(cli::switch_off);
  CHECK(e.code() == 304);
  CHECK(e.exit() == cli::exit_code::refused);
  REQUIRE(e.findings().size() == 1);
  CHECK(e.findings()[0].remedy == "zd repair names");
  CHECK(d.at() == row::switched);
  d.asked.overrides = {"mismatches"};
  d.run(cli::switch_off);
  CHECK(d.at() == row::migrated);
}
