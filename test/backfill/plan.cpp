// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/plan.hpp>

#include <string>

#include <doctest/doctest.h>

using zddm::backfill::plan;

TEST_CASE("plan: a chunk for each bound, and one for the tail") {
  CHECK(plan{"", 0, {}, false}.chunks() == 0);
  CHECK(plan{"", 5, {}, true}.chunks() == 1);
  CHECK(plan{"", 30, {"10", "20"}, true}.chunks() == 3);
}

TEST_CASE("plan: its text in a queue gives it back, whatever the keys hold") {
  plan const p{"people to names", 30, {"\"O'Hara\\n\"", "0x00ff", ""}, true};
  CHECK(plan::decoded(p.encoded()) == p);
  CHECK_THROWS_WITH(plan::decoded("rubbish"), doctest::Contains("ZD-201"));
  CHECK_THROWS_WITH(plan::decoded("zddm plan 99 9.9.9\n{}"), doctest::Contains("ZD-202"));
}

TEST_CASE("plan: it is made of the cuts of a store, and gives them back") {
  zddm::backfill::cuts<std::string> const made{{"a", "it's \"m\""}, true, 42};
  auto const p = plan::of(made, "people");
  CHECK(p.rows == 42);
  CHECK(p.chunks() == 3);
  auto const back = plan::decoded(p.encoded()).cuts<std::string>();
  CHECK(back.bounds == made.bounds);
  CHECK(back.tail);
  CHECK(back.at(1) == made.at(1));
}
