// SPDX-License-Identifier: BSL-1.0
#include <zddm/lifecycle/transition.hpp>

#include <set>

#include <doctest/doctest.h>

using namespace zddm::lifecycle;

namespace {
constexpr std::array<step, 7> all_steps{step::prepare,  step::migrate, step::cut_over, step::switch_off,
                                        step::complete, step::destroy, step::roll_back};
std::size_t count(row r) { return static_cast<std::size_t>(r); }
} // namespace

TEST_CASE("transition: a step walks along legal edges only, and ends") {
  for (auto const s : all_steps)
    for (std::size_t start = 0; start < row_names.size(); ++start) {
      auto at = static_cast<row>(start);
      std::size_t moves = 0;
      while (auto const next = next_row(s, at)) {
        CAPTURE(path_of(s).name);
        CAPTURE(to_string(at));
        CHECK(legal(at, *next));
        at = *next;
        REQUIRE(++moves < 10);
      }
      if (moves > 0) CHECK(done(s, at));
    }
}

TEST_CASE("transition: steps start where operators expect") {
  CHECK(next_row(step::prepare, row::unrun) == row::preparing);
  CHECK(next_row(step::migrate, row::prepared) == row::migrating);
  CHECK(next_row(step::cut_over, row::migrated) == row::switching);
  CHECK(next_row(step::switch_off, row::switched) == row::switching);
  CHECK(next_row(step::complete, row::switched) == row::completing);
  CHECK(next_row(step::destroy, row::completed) == row::destroyed);
  CHECK_FALSE(next_row(step::prepare, row::migrated));
  CHECK_FALSE(next_row(step::migrate, row::unrun));
  CHECK_FALSE(next_row(step::cut_over, row::prepared));
  CHECK_FALSE(next_row(step::complete, row::migrated));
  CHECK_FALSE(next_row(step::destroy, row::switched));
}

TEST_CASE("transition: switch and switchoff each turn the other round in the middle") {
  CHECK(next_row(step::cut_over, row::switching) == row::switched);
  CHECK(next_row(step::switch_off, row::switching) == row::migrated);
}

TEST_CASE("transition: rollback leads to unrun from every row up to switched, and from none after") {
  for (std::size_t start = 0; start <= count(row::switched); ++start) {
    auto at = static_cast<row>(start);
    while (auto const next = next_row(step::roll_back, at)) at = *next;
    CHECK(at == row::unrun);
  }
  for (auto const r : {row::completing, row::completed, row::destroyed}) CHECK_FALSE(next_row(step::roll_back, r));
}

TEST_CASE("transition: a bridge may not be jumped, and completing has no way back") {
  CHECK_FALSE(legal(row::unrun, row::prepared));
  CHECK_FALSE(legal(row::prepared, row::unrun));
  CHECK_FALSE(legal(row::migrated, row::switched));
  CHECK_FALSE(legal(row::switched, row::completed));
  for (std::size_t to = 0; to < count(row::completing); ++to)
    for (auto const from : {row::completing, row::completed, row::destroyed}) CHECK_FALSE(legal(from, static_cast<row>(to)));
  CHECK_FALSE(legal(row::unrun, row::unrun));
}

TEST_CASE("transition: steps are found under their own number and have names of their own") {
  std::set<std::string_view> names;
  for (auto const s : all_steps) {
    CHECK(path_of(s).asked == s);
    CHECK(names.insert(path_of(s).name).second);
  }
}
