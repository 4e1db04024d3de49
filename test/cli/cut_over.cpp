// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/cut_over.hpp>

#include <doctest/doctest.h>

#include <cli/world.hpp>

using namespace world;

TEST_CASE("cut_over: with all gates met New answers") {
  desk d("switch");
  d.place(row::migrated);
  process const p(d.memory);
  d.run(cli::cut_over);
  CHECK(d.at() == row::switched);
  CHECK(p.handle.current().at == row::switched);
  CHECK(d.m.count("drain") == 1);
  CHECK(d.said("names is switched"));
}

TEST_CASE("cut_over: an open gate refuses it, with what to type, and changes nothing") {
  desk d("switch");
  d.place(row::migrated, [](auto& r) { r.proof.mismatches = 3; });
  auto const before = d.record();
  auto const e = d.failure_of(cli::cut_over);
  CHECK(e.code() == 304);
  CHECK(e.exit() == cli::exit_code::refused);
  CHECK(e.findings()[0].remedy == "zd repair names");
  CHECK((d.record() == before));
  CHECK_FALSE(zddm::lifecycle::operator_of(d.memory, "names"));
}

TEST_CASE("cut_over: keys that stay unknown in New refuse it") {
  desk d("switch");
  d.place(row::migrated);
  d.m.unknown = {{0, 0, 2}};
  auto const e = d.failure_of(cli::cut_over);
  CHECK(e.findings()[0].what.find("unknown: 2") == 0);
  CHECK(d.at() == row::migrated);
  CHECK(d.record().proof.unknown == 2);
  d.m.unknown = {{}};
  d.run(cli::cut_over);
  CHECK(d.at() == row::switched);
  CHECK(d.record().proof.unknown == 0);
}

TEST_CASE("cut_over: gates are skipped by name only, and the history tells") {
  desk d("switch");
  d.place(row::migrated, [](auto& r) { r.proof.mismatches = 3; });
  d.asked.overrides = {"unknown"};
  CHECK(d.failure_of(cli::cut_over).code() == 304);
  d.asked.overrides = {"mismatches"};
  d.run(cli::cut_over);
  CHECK(d.at() == row::switched);
  bool told = false;
  for (auto const& one : zddm::lifecycle::history(d.memory, "names")) told = told || one.note == "override: mismatches (3)";
  CHECK(told);
}

TEST_CASE("cut_over: within one store there is nothing to drain or compare") {
  desk d("switch");
  d.m.stores = false;
  d.place(row::migrated, [](auto& r) { r.proof.verified = false; });
  d.run(cli::cut_over);
  CHECK(d.at() == row::switched);
  CHECK(d.m.count("drain") == 0);
}

TEST_CASE("cut_over: a dry run asks the gates and changes nothing") {
  desk d("switch");
  d.asked.dry_run = true;
  d.place(row::migrated);
  auto const before = d.record();
  d.run(cli::cut_over);
  CHECK(d.said("would go migrated -> switching -> switched"));
  CHECK((d.record() == before));
  d.place(row::migrated, [](auto& r) { r.proof.verified = false; });
  CHECK(d.failure_of(cli::cut_over).code() == 304);
}

TEST_CASE("cut_over: one that was interrupted between the rows goes on, and a second one finds it done") {
  desk d("switch");
  d.place(row::switching);
  d.run(cli::cut_over);
  CHECK(d.at() == row::switched);
  d.run(cli::cut_over);
  CHECK(d.said("names is already switched"));
}

TEST_CASE("cut_over: what the migration asks of its processes refuses it, and may be skipped by name") {
  desk d("switch");
  d.place(row::migrated);
  d.m.wanted = {999'500, std::chrono::hours(1), 150};
  auto const e = d.failure_of(cli::cut_over);
  CHECK(e.code() == 304);
  CHECK(e.note().find("--override=consistency,latency ") != std::string::npos);
  CHECK(d.at() == row::migrated);
  d.asked.overrides = {"consistency", "latency"};
  d.run(cli::cut_over);
  CHECK(d.at() == row::switched);
  bool told = false;
  for (auto const& one : zddm::lifecycle::history(d.memory, "names"))
    told = told || one.note == "override: consistency (not compared), latency (not measured)";
  CHECK(told);
}
