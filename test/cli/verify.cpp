// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/verify.hpp>

#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <cli/world.hpp>

#include "tools/scratch.hpp"

using namespace world;

namespace {
zddm::verify::report two_open() {
  zddm::verify::report r{true, 100, {0, 0, 3, 0, 0}, {1, 0, 0, 0, 0}, {0, 2, 0, 0, 0}, {1, 0, 1, 0, 0}, {}, {}};
  r.listed.push_back({"7", "missing", {}, 1200, false, {}, {}, {}, {}});
  r.listed.push_back({"9", "differs", {"first_name"}, 10, false, "0a", "0b", {}, {}});
  return r;
}

/// A verification whose store failed once it had saved where it was.
void stop_half_way(desk& d) {
  d.m.comparing = [](zddm::verify::options const& how) {
    zddm::verify::position at;
    at.todo = {{false, "3", {}}};
    how.save(at);
    throw zddm::store_error(zddm::error_class::transient, "the store is down");
  };
  CHECK_THROWS_AS(d.run(cli::verify), zddm::store_error);
}
} // namespace

TEST_CASE("verify: stores that agree are evidence") {
  desk d("verify");
  d.place(row::migrated, [](auto& r) { r.proof.mismatches = 4; });
  d.run(cli::verify);
  CHECK(d.record().proof.verified);
  CHECK(d.record().proof.mismatches == 0);
  CHECK(d.record().proof.compared == 10);
  CHECK_FALSE(d.record().proof.verified_at.empty());
  CHECK(d.said("names: 10 keys compared"));
}

TEST_CASE("verify: what differs is listed, noted, and ends with 5") {
  desk d("verify");
  d.place(row::migrated);
  d.m.found = two_open();
  auto const e = d.failure_of(cli::verify);
  CHECK(e.code() == 306);
  CHECK(e.exit() == cli::exit_code::mismatches);
  CHECK(e.findings()[0].remedy == "zd repair names --dry-run");
  CHECK(d.record().proof.mismatches == 2);
  CHECK(d.data.str().find("missing    7\n") != std::string::npos);
  CHECK(d.data.str().find("differs    9 first_name  old 0a  new 0b\n") != std::string::npos);
  CHECK(cli::last_comparison(d.session(), "names")->found.open().total() == 2);
}

TEST_CASE("verify: rows that no repair heals are told apart, with what says why") {
  desk d("verify");
  d.place(row::migrated);
  d.m.found = two_open();
  d.m.found.wrong.unmappable = 1;
  d.m.found.listed.push_back({"-3", "unmappable", {}, 0, true, {}, {}, {}, {}});
  d.m.found.listed.push_back({"12", "unmappable", {}, 0, false, {}, {}, {}, {}});
  auto const both = d.failure_of(cli::verify).findings();
  CHECK(both[0].what == "2 open mismatches");
  CHECK(both[1].what == "1 row of Old without a counterpart in New's shape");
  CHECK(both[1].remedy == "zd explain names 12");
  d.m.found = zddm::verify::report{};
  d.m.found.wrong.unmappable = 2;
  auto const alone = d.failure_of(cli::verify).findings();
  CHECK(alone[0].what == "2 rows of Old without a counterpart in New's shape");
  CHECK(alone[0].remedy.empty());
  CHECK(alone[1].what.find("widen the mapping") != std::string::npos);
}

TEST_CASE("verify: for programs each mismatch is an event, and values are there only if the report has them") {
  desk d("verify", true);
  d.place(row::switched);
  d.m.found = two_open();
  d.m.found.listed[1].old_value = "{name: \"a\"}";
  CHECK(d.failure_of(cli::verify).code() == 306);
  std::istringstream lines(d.data.str());
  std::string line;
  std::getline(lines, line);
  CHECK(cli::json::parse(line)["phase"] == "comparison");
  std::getline(lines, line);
  auto const first = cli::json::parse(line);
  CHECK(first["event"] == "mismatch");
  CHECK(first["key"] == "7");
  CHECK(first["old"].is_null());
  std::getline(lines, line);
  CHECK(cli::json::parse(line)["old"] == "{name: \"a\"}");
  CHECK(cli::json::parse(line)["new_digest"] == "0b");
  std::getline(lines, line);
  auto const last = cli::json::parse(line);
  CHECK(last["event"] == "comparison");
  CHECK(last["open"] == 2);
  CHECK(last["unknown"] == 2);
}

TEST_CASE("verify: a dry run notes nothing") {
  desk d("verify");
  d.asked.dry_run = true;
  d.place(row::migrated);
  auto const before = d.record();
  d.run(cli::verify);
  CHECK((d.record() == before));
}

TEST_CASE("verify: only what was copied as a whole, and only while Old is written") {
  desk d("verify");
  for (auto const at : {row::unrun, row::prepared, row::completing, row::completed, row::destroyed}) {
    d.place(at, [](auto& r) { r.proof.covered = true; });
    auto const e = d.failure_of(cli::verify);
    CHECK(e.code() == 301);
    if (at == row::unrun) CHECK(e.findings()[0].remedy == "zd prepare names");
  }
  d.place(row::migrating);
  auto const e = d.failure_of(cli::verify);
  CHECK(e.findings()[0].remedy == "zd migrate names");
  CHECK(d.m.calls.empty());
}

TEST_CASE("verify: within one store there is nothing to compare") {
  desk d("verify");
  d.m.stores = false;
  d.place(row::migrated);
  CHECK(d.failure_of(cli::verify).code() == 310);
}

TEST_CASE("verify: one that was interrupted is no evidence") {
  desk d("verify");
  d.place(row::migrated, [](auto& r) { r.proof.verified = false; });
  d.m.during = [&](std::string const&) { d.stop.request(2); };
  CHECK_THROWS_AS(d.run(cli::verify), cli::interrupted);
  CHECK_FALSE(d.record().proof.verified);
}

TEST_CASE("verify: a sample that finds nothing proves nothing, and one that finds something closes the gate") {
  desk d("verify");
  d.asked.sample.ranges = 3;
  d.place(row::migrating, [](auto& r) { r.proof.covered = true; });
  d.m.comparing = [](zddm::verify::options const& how) { CHECK(how.sample.ranges == 3); };
  d.run(cli::verify);
  CHECK_FALSE(d.record().proof.verified);
  d.m.found = two_open();
  CHECK(d.failure_of(cli::verify).exit() == cli::exit_code::mismatches);
  CHECK(d.record().proof.mismatches == 2);
}

TEST_CASE("verify: what another one found since it began stays open, even if it saw those keys agree before") {
  desk d("verify");
  d.place(row::migrated, [](auto& r) { r.proof.mismatches = 1; });
  d.m.comparing = [&](auto const&) { d.place(row::migrated, [](auto& r) { r.proof.mismatches = 3; }); };
  d.run(cli::verify);
  CHECK(d.record().proof.mismatches == 3);
  d.m.comparing = nullptr;
  d.run(cli::verify);
  CHECK(d.record().proof.mismatches == 0);
}

TEST_CASE("verify: stopped it goes on, with --restart it begins anew") {
  desk d("verify");
  d.place(row::migrated);
  stop_half_way(d);
  bool resumed = false;
  d.m.comparing = [&](zddm::verify::options const& how) {
    resumed = how.from.has_value();
    throw zddm::store_error(zddm::error_class::transient, "the store is down");
  };
  CHECK_THROWS_AS(d.run(cli::verify), zddm::store_error);
  CHECK(resumed);
  d.asked.restart = true;
  CHECK_THROWS_AS(d.run(cli::verify), zddm::store_error);
  CHECK_FALSE(resumed);
}

TEST_CASE("verify: one that another operator keeps out takes nothing of his away") {
  desk d("verify");
  d.place(row::migrated);
  stop_half_way(d);
  d.asked.restart = true;
  {
    zddm::lifecycle::operator_lease<zddm::memory::state_store> const other(d.memory, "names", "zd verify", 10s);
    CHECK_THROWS_AS(d.run(cli::verify), zddm::lifecycle::held);
  }
  d.asked.restart = false;
  bool resumed = false;
  d.m.comparing = [&](zddm::verify::options const& how) { resumed = how.from.has_value(); };
  d.run(cli::verify);
  CHECK(resumed);
}

TEST_CASE("verify: what is found is in the file that was asked for, whatever is shown") {
  test::scratch const folder;
  desk d("verify");
  d.asked.output = folder / "found.jsonl";
  d.place(row::migrated);
  d.m.found = two_open();
  CHECK(d.failure_of(cli::verify).exit() == cli::exit_code::mismatches);
  std::istringstream lines(test::read_file(d.asked.output));
  std::vector<std::string> events;
  for (std::string line; std::getline(lines, line);) events.push_back(cli::json::parse(line)["event"]);
  CHECK(events == std::vector<std::string>{"mismatch", "mismatch", "comparison"});
  d.asked.output = folder / "nowhere/found.jsonl";
  CHECK(d.failure_of(cli::verify).code() == 322);
}
