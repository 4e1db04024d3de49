// SPDX-License-Identifier: BSL-1.0
#include <zddm/lifecycle/move.hpp>

#include <vector>

#include <doctest/doctest.h>

using namespace zddm::lifecycle;
using zddm::threshold;

namespace {
std::vector<settings> walked(step asked, settings s, threshold reach) {
  std::vector<settings> all;
  while (auto const next = next_settings(asked, s, reach)) {
    CHECK(next->epoch == s.epoch + 1);
    all.push_back(s = *next);
    REQUIRE(all.size() < 10);
  }
  return all;
}
} // namespace

TEST_CASE("move: preparing announces what the gate can reach, prepared settles it") {
  auto const all = walked(step::prepare, {}, threshold::percent(10));
  REQUIRE(all.size() == 2);
  CHECK(all[0].at == row::preparing);
  CHECK(all[0].announced == threshold::percent(10));
  CHECK(all[0].high_water.is_closed());
  CHECK(all[1].at == row::prepared);
  CHECK(all[1].high_water == threshold::percent(10));
}

TEST_CASE("move: a dial that was set before counts as reach") {
  settings s;
  s.rate = threshold::percent(30);
  CHECK(walked(step::prepare, s, threshold::percent(10)).back().high_water == threshold::percent(30));
}

TEST_CASE("move: migrate brings every key below the high-water rate before it writes them all") {
  settings const s{row::prepared, 4, threshold::percent(10), threshold::percent(10), threshold::percent(10)};
  auto const all = walked(step::migrate, s, threshold::percent(10));
  REQUIRE(all.size() == 4);
  CHECK((all[0].at == row::prepared && all[0].announced.is_open() && !all[0].high_water.is_open()));
  CHECK((all[1].at == row::prepared && all[1].high_water.is_open()));
  CHECK(all[2].at == row::migrating);
  CHECK(all[3].at == row::migrated);
  CHECK(all[3].rate == threshold::percent(10));
}

TEST_CASE("move: rolling back forgets the high-water rate, for New is cleared") {
  settings const s{row::migrated, 9, threshold::percent(10), threshold::open(), threshold::open()};
  auto const all = walked(step::roll_back, s, threshold::open());
  REQUIRE(all.size() == 2);
  CHECK((all[0].at == row::preparing && all[0].announced.is_open()));
  CHECK((all[1].at == row::unrun && all[1].high_water.is_closed() && all[1].announced.is_closed()));
}

TEST_CASE("move: a rate above the high-water rate is announced, settled, then used; a lower one is used at once") {
  settings s{row::prepared, 1, threshold::percent(10), threshold::percent(10), threshold::percent(10)};
  std::vector<settings> all;
  while (auto const next = next_for_rate(s, threshold::percent(40))) all.push_back(s = *next);
  REQUIRE(all.size() == 3);
  CHECK((all[0].announced == threshold::percent(40) && all[0].high_water == threshold::percent(10)));
  CHECK((all[1].high_water == threshold::percent(40) && all[1].rate == threshold::percent(10)));
  CHECK(all[2].rate == threshold::percent(40));

  auto const lower = next_for_rate(s, threshold::closed());
  REQUIRE(lower);
  CHECK(lower->rate.is_closed());
  CHECK(lower->high_water == threshold::percent(40));
  CHECK_FALSE(next_for_rate(*lower, threshold::closed()));
  auto const again = next_for_rate(*lower, threshold::percent(20));
  REQUIRE(again);
  CHECK(again->rate == threshold::percent(20));
}

TEST_CASE("move: a step that does not start here has no next settings") {
  CHECK_FALSE(next_settings(step::complete, {}, threshold::open()));
  CHECK_FALSE(next_settings(step::prepare, settings{row::prepared}, threshold::open()));
}
