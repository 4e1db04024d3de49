// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/condition.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace zddm::cli;
using zddm::lifecycle::step;

namespace {

struct facts {
  zddm::lifecycle::record record{};
  zddm::backfill::coverage copied{};
  std::vector<zddm::lifecycle::lease> processes;
  bool stores = true;

  std::vector<condition> of(step s) const { return conditions_of(s, "names", stores, record, copied, processes); }
};

condition named(std::vector<condition> const& all, std::string_view name) {
  auto const found = std::ranges::find(all, name, &condition::name);
  REQUIRE(found != all.end());
  return *found;
}

zddm::lifecycle::lease process(std::uint64_t epoch) {
  return {1, epoch, 0, 1'000'000, zddm::lifecycle::identity::self(), "0.1.0", ""};
}

} // namespace

TEST_CASE("condition: a percentage is the whole only when nothing is missing") {
  CHECK(percent(0, 10) == "0.0 %");
  CHECK(percent(617, 1000) == "61.7 %");
  CHECK(percent(999'999, 1'000'000) == "99.9 %");
  CHECK(percent(10, 10) == "100 %");
  CHECK(percent(0, 0) == "100 %");
}

TEST_CASE("condition: the switch wants a complete backfill, a clean comparison, no unknown keys, and everybody there") {
  facts f;
  f.record.now.epoch = 3;
  f.processes = {process(3), process(2)};
  f.record.proof.unknown = 4;
  auto all = f.of(step::cut_over);
  CHECK(all.size() == 4);
  CHECK(std::ranges::none_of(all, &condition::met));
  CHECK(named(all, "backfill").found == "not begun");
  CHECK(named(all, "backfill").remedy == "zd migrate names");
  CHECK(named(all, "mismatches").remedy == "zd migrate names");
  CHECK(named(all, "unknown").found == "4");
  CHECK(named(all, "processes").found == "1 of 2");

  f.record.proof = {};
  f.record.proof.covered = f.record.proof.verified = true;
  f.processes = {process(3), process(4)};
  CHECK(std::ranges::all_of(f.of(step::cut_over), &condition::met));

  f.record.proof.mismatches = 2;
  CHECK(named(f.of(step::cut_over), "mismatches").found == "2");
  CHECK(named(f.of(step::cut_over), "mismatches").remedy == "zd repair names");
  f.record.proof.verified = false;
  CHECK_FALSE(named(f.of(step::cut_over), "mismatches").met);
  CHECK(named(f.of(step::cut_over), "mismatches").remedy == "zd verify names");
}

TEST_CASE("condition: a backfill under way is told in percent, and is never whole before it is") {
  facts f;
  f.copied = {true, 1000, 10, 6, 617, 0, 0, {}, 0, 0};
  CHECK(named(f.of(step::migrate), "backfill").found == "61.6 %");
  f.copied.copied = 1000;
  CHECK(named(f.of(step::migrate), "backfill").found == "99.9 %");
}

TEST_CASE("condition: within one store there is nothing to compare") {
  facts f;
  f.stores = false;
  for (auto const s : {step::migrate, step::cut_over, step::complete})
    for (auto const& one : f.of(s)) CHECK((one.name == "backfill" || one.name == "processes"));
}

TEST_CASE("condition: nothing may refer to a migration that is destroyed, but what is known to be dead does not") {
  facts f;
  CHECK(named(f.of(step::destroy), "processes").met);
  f.processes = {process(0)};
  CHECK_FALSE(named(f.of(step::destroy), "processes").met);
  f.processes[0].owner.pid = 0x3fffffff;
  CHECK(named(f.of(step::destroy), "processes").met);
  f.processes[0].owner.host = f.processes[0].owner.space = "elsewhere";
  CHECK_FALSE(named(f.of(step::destroy), "processes").met);
}

TEST_CASE("condition: what is not met refuses the step, and tells what to type") {
  facts f;
  options o;
  try {
    require(step::cut_over, "names", f.of(step::cut_over), o);
    FAIL("it was not refused");
  } catch (failure const& e) {
    CHECK(e.code() == 304);
    CHECK(e.exit() == exit_code::refused);
    CHECK(e.text() == "cannot switch names: 2 of 4 gates are open");
    CHECK(e.note().find("--override=backfill,mismatches ") != std::string::npos);
    REQUIRE(e.findings().size() == 2);
    CHECK(e.findings()[0].remedy == "zd migrate names");
  }
}

TEST_CASE("condition: only the gate that is named is skipped, and it is noted with what it was") {
  facts f;
  options o;
  o.overrides = {"mismatches"};
  CHECK_THROWS_AS(require(step::cut_over, "names", f.of(step::cut_over), o), failure);
  o.overrides = {"mismatches", "backfill"};
  CHECK(require(step::cut_over, "names", f.of(step::cut_over), o) == "override: backfill (not begun), mismatches (not compared)");
  f.record.proof.covered = f.record.proof.verified = true;
  CHECK(require(step::cut_over, "names", f.of(step::cut_over), o).empty());
}
