// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/tell_comparison.hpp>

#include <sstream>
#include <string>

#include <doctest/doctest.h>

#include <cli/world.hpp>

#include "tools/scratch.hpp"

using namespace world;

namespace {
zddm::verify::report two_open() {
  zddm::verify::report r{true, 100, {0, 0, 3, 0, 0}, {1, 0, 0, 0, 0}, {0, 2, 0, 0, 0}, {1, 0, 1, 0, 0}, {}, {}};
  r.listed.push_back({"7", "missing", {}, 1200, false, "0a", {}, {}, {}});
  r.listed.push_back({"9", "differs", {"born"}, 10, false, "0a", "0b", {}, {}});
  return r;
}
} // namespace

TEST_CASE("tell_comparison: digests are shown, values in their place only where the report has them") {
  desk d("verify");
  d.place(row::migrated);
  auto s = d.session();
  cli::event_file none("");
  auto r = two_open();
  cli::tell_comparison(s, d.m, r, cli::evidence_of::nothing, 0, none);
  CHECK(d.said("missing    7  old 0a\n"));
  CHECK(d.said("differs    9 born  old 0a  new 0b\n"));
  r.listed[1].old_value = "{name: \"a\"}";
  r.repaired.differs = 1;
  cli::tell_comparison(s, d.m, r, cli::evidence_of::nothing, 0, none);
  CHECK(d.said("old {name: \"a\"}  new 0b"));
  CHECK(d.said("1 healed, 1 open"));
}

TEST_CASE("tell_comparison: keys of which nothing could be said are told apart from those that agree") {
  desk d("verify");
  d.place(row::migrated);
  auto s = d.session();
  cli::event_file none("");
  zddm::verify::report r{true, 100, {}, {1, 0, 1, 0, 0}, {0, 0, 3, 0, 0}, {}, {}, {}};
  cli::tell_comparison(s, d.m, r, cli::evidence_of::nothing, 0, none);
  CHECK(d.said("0 healed, 0 open; 2 being written, 3 unknown in New\n"));
  r.in_flight = r.unknown = {};
  cli::tell_comparison(s, d.m, r, cli::evidence_of::nothing, 0, none);
  CHECK(d.said("0 healed, 0 open\n"));
}

TEST_CASE("tell_comparison: what a dry run would heal is not told as healed") {
  test::scratch const folder;
  desk d("repair");
  d.asked.dry_run = true;
  d.place(row::migrated);
  auto s = d.session();
  auto r = two_open();
  r.repaired.differs = 1;
  cli::event_file file(folder / "found.jsonl");
  cli::tell_comparison(s, d.m, r, cli::evidence_of::nothing, 0, file);
  CHECK(d.said("1 would be healed, 1 would stay open"));
  std::istringstream lines(test::read_file(folder / "found.jsonl"));
  for (std::string line; std::getline(lines, line);)
    if (auto const event = cli::json::parse(line); event["event"] == "comparison") CHECK(event["dry_run"] == true);
}

TEST_CASE("tell_comparison: the whole is evidence of both, a sample of faults alone, a dry run of nothing") {
  desk d("verify");
  auto s = d.session();
  cli::event_file none("");
  zddm::verify::report const clean{true, 100, {}, {}, {}, {}, {}, {}};
  auto const after = [&](zddm::verify::report const& found, cli::evidence_of what, std::uint64_t known) {
    d.place(row::migrated, [&](auto& r) { r.proof.mismatches = known; });
    cli::tell_comparison(s, d.m, found, what, known, none);
    return d.record().proof.mismatches;
  };
  using enum cli::evidence_of;
  CHECK(after(two_open(), everything, 0) == 2);
  CHECK(after(clean, everything, 2) == 0);
  CHECK(after(two_open(), faults_alone, 0) == 2);
  CHECK(after(two_open(), faults_alone, 5) == 5);
  CHECK(after(clean, faults_alone, 2) == 2);
  CHECK(after(two_open(), nothing, 1) == 1);
  CHECK(cli::evidence_from({}) == everything);
  CHECK(cli::evidence_from({.ranges = 1}) == faults_alone);
}

TEST_CASE("tell_comparison: a sample does not say that the stores were compared") {
  desk d("verify");
  auto s = d.session();
  cli::event_file none("");
  d.place(row::migrating, [](auto& r) { r.proof.covered = true; });
  cli::tell_comparison(s, d.m, two_open(), cli::evidence_of::faults_alone, 0, none);
  CHECK_FALSE(cli::last_comparison(s, "names"));
  CHECK(zddm::lifecycle::load_series(d.memory, "names").first.since(0).wrong == 2); // but it is part of the course
  CHECK_FALSE(d.record().proof.verified);
  CHECK(d.record().proof.mismatches == 2);
}
