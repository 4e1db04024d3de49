// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/condition.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
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
  zddm::lifecycle::thresholds wanted{};
  zddm::lifecycle::series course{};
  std::optional<double> ratio;

  std::vector<condition> of(step s) const {
    return conditions_of(s, "names", stores, wanted, {record, copied, processes, course, ratio});
  }
};

condition named(std::vector<condition> const& all, std::string_view name) {
  auto const found = std::ranges::find(all, name, &condition::name);
  REQUIRE(found != all.end());
  return *found;
}

zddm::lifecycle::lease process(std::uint64_t epoch) {
  return {1, epoch, 0, 1'000'000, zddm::lifecycle::identity::self(), "0.1.0", "", ""};
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
  f.record.proof.unmappable = 2; // no repair heals them
  CHECK(named(f.of(step::cut_over), "mismatches").remedy == "zd verify names");
  f.record.proof.unmappable = 0;
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

namespace {

/// Comparisons of a minute each, the last of which ended at `until`.
zddm::lifecycle::series compared(int minutes, std::uint64_t equal, std::uint64_t differs, std::int64_t until) {
  zddm::lifecycle::series s{};
  for (int i = minutes; i > 0; --i) {
    zddm::lifecycle::point p{};
    p.from = until - i * 60'000;
    p.until = p.from + 60'000;
    p.counted.equal = equal;
    p.counted.differs = differs;
    s.points.push_back(p);
  }
  return s;
}

} // namespace

TEST_CASE("condition: the processes' comparisons have to agree over the whole window that the migration asks for") {
  using namespace std::chrono_literals;
  constexpr std::int64_t now = 1'000'000'000;
  constexpr zddm::lifecycle::thresholds asked{999'500, 30min, 0};
  auto const judged = [&](int minutes, std::uint64_t equal, std::uint64_t differs) {
    return zddm::cli::consistency_of(asked, compared(minutes, equal, differs, now), "zd verify names", now);
  };
  CHECK(judged(40, 10'000, 5).met);
  CHECK(judged(40, 10'000, 5).wanted == "consistency >= 99.95 % for 30 min");
  CHECK(judged(40, 10'000, 5).found == "99.95 %");
  CHECK_FALSE(judged(40, 10'000, 6).met);
  CHECK_FALSE(judged(12, 10'000, 0).met);
  CHECK(judged(12, 10'000, 0).found == "100 % for 12 min");
  CHECK(judged(0, 0, 0).found == "not compared");
  CHECK_FALSE(judged(0, 0, 0).met);
  // What was wrong before the window does not count; a pause in it does no harm.
  auto early = compared(90, 10'000, 0, now);
  for (std::size_t i = 0; i < 50; ++i) early.points[i].counted.differs = 1000;
  early.points[70].counted = {};
  CHECK(zddm::cli::consistency_of(asked, early, "", now).met);
}

TEST_CASE("condition: New may be slower than Old by no more than the migration allows") {
  constexpr zddm::lifecycle::thresholds asked{0, {}, 150};
  CHECK(zddm::cli::latency_of(asked, 1.5, "").met);
  CHECK(zddm::cli::latency_of(asked, 0.914, "").found == "0.91");
  CHECK(zddm::cli::latency_of(asked, 0.914, "").wanted == "new p99 <= 1.5 x old p99");
  CHECK_FALSE(zddm::cli::latency_of(asked, 1.51, "").met);
  CHECK_FALSE(zddm::cli::latency_of(asked, std::nullopt, "").met);
  CHECK(zddm::cli::latency_of(asked, std::nullopt, "").found == "not measured");
}

TEST_CASE("condition: what is measured is asked for by the switch alone, and only where the migration does") {
  facts f;
  CHECK(f.of(step::cut_over).size() == 4);
  f.wanted = {999'500, std::chrono::hours(1), 150};
  CHECK(f.of(step::cut_over).size() == 6);
  CHECK_FALSE(named(f.of(step::cut_over), "consistency").met);
  CHECK_FALSE(named(f.of(step::cut_over), "latency").met);
  f.course = compared(61, 100, 0, zddm::lifecycle::wall_milliseconds());
  f.ratio = 0.9;
  CHECK(named(f.of(step::cut_over), "consistency").met);
  CHECK(named(f.of(step::cut_over), "latency").met);
  for (auto const s : {step::migrate, step::complete, step::destroy})
    for (auto const& one : f.of(s)) CHECK((one.name != "consistency" && one.name != "latency"));
}
