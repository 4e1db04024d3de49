// SPDX-License-Identifier: BSL-1.0
#include <zddm/lifecycle/series.hpp>

#include <cstdint>
#include <numeric>

#include <doctest/doctest.h>

#include <zddm/memory/state_store.hpp>

using namespace zddm::lifecycle;

namespace {

constexpr std::int64_t second = 1000, minute = 60'000, hour = 60 * minute;

point rows(std::int64_t from, std::int64_t until, std::uint64_t n) {
  point p{};
  p.from = from;
  p.until = until;
  p.rows = n;
  return p;
}

point compared(std::int64_t from, std::int64_t until, std::uint64_t equal, std::uint64_t differs) {
  point p{};
  p.from = from;
  p.until = until;
  p.counted.equal = equal;
  p.counted.differs = differs;
  return p;
}

std::uint64_t total(series const& s) {
  return std::accumulate(s.points.begin(), s.points.end(), std::uint64_t{0}, [](auto n, auto const& p) { return n + p.rows; });
}

bool in_order(series const& s) {
  for (std::size_t i = 0; i < s.points.size(); ++i)
    if (s.points[i].from > s.points[i].until || (i > 0 && s.points[i].from < s.points[i - 1].until)) return false;
  return true;
}

} // namespace

TEST_CASE("series: what happens within half a minute is one point") {
  series s{};
  s.add(rows(0, 10 * second, 1));
  s.add(rows(10 * second, 20 * second, 2));
  s.add(rows(20 * second, 40 * second, 4));
  REQUIRE(s.points.size() == 2);
  CHECK(s.points[0] == rows(0, 20 * second, 3));
  CHECK(s.points[1] == rows(20 * second, 40 * second, 4));
}

TEST_CASE("series: of two spans in one counts add up, and of the rest the later or the worse is kept") {
  point a = compared(0, 10, 90, 10), b{};
  a.unknown = 7;
  a.old_p50 = a.old_p99 = 5;
  b.from = 10;
  b.until = 20;
  b.new_p99 = 3;
  b.old_p50 = 2;
  b.old_p99 = 4;
  auto const both = a + b;
  CHECK(both.from == 0);
  CHECK(both.until == 20);
  CHECK(both.compared() == 100);
  CHECK(both.unknown == 7);
  CHECK(both.old_p50 == 2);
  CHECK(both.old_p99 == 5);
  CHECK(both.new_p99 == 3);
  b.unknown = 0;
  CHECK((a + b).unknown == 0);
}

TEST_CASE("series: however long it goes on it is bounded, whole, and fine in its last hour") {
  series s{};
  std::uint64_t added = 0;
  for (std::int64_t at = 0; at < 30 * 24 * hour; at += 30 * second) {
    s.add(rows(at, at + 30 * second, 1));
    ++added;
    if (at % (7 * hour) == 0) REQUIRE(s.points.size() <= series::most);
  }
  CHECK(total(s) == added);
  CHECK(in_order(s));
  CHECK(s.points.front().from == 0);
  std::int64_t longest = 0;
  for (auto const& p : s.points) {
    bool const late = p.from >= s.points.back().until - series::lately;
    if (late) CHECK(p.until - p.from <= 30 * second);
    longest = std::max(longest, p.until - p.from);
  }
  CHECK(longest <= 30 * 24 * hour / 30); // the rest in spans alike
}

TEST_CASE("series: a span that reaches back beyond others, as a long verification's, stays in order") {
  series s{};
  s.add(rows(0, minute, 1));
  s.add(rows(minute, 2 * minute, 1));
  s.add(rows(0, 2 * minute + second, 1));
  s.add(rows(0, 4 * minute, 1));
  CHECK(in_order(s));
  CHECK(total(s) == 4);
}

TEST_CASE("series: a clock that was set back does not stop it") {
  series s{};
  for (std::int64_t at = 10 * hour; at < 11 * hour; at += minute) s.add(rows(at, at + minute, 1));
  for (std::int64_t at = 0; at < hour; at += minute) s.add(rows(at, at + minute, 1));
  CHECK(in_order(s));
  CHECK(total(s) == 120);
  CHECK(s.points.back().until == hour);
}

TEST_CASE("series: how the copies agreed, by reads and by verifications") {
  series s{};
  CHECK_FALSE(s.since(0).share());
  s.add(compared(0, minute, 0, 50));
  s.add(rows(minute, 2 * minute, 9));
  s.add(compared(2 * minute, 3 * minute, 99, 1));
  auto verified = rows(3 * minute, 4 * minute, 0);
  verified.verified = 900;
  verified.left_open = 9;
  s.add(verified);
  CHECK(s.since(minute).from == 2 * minute);
  CHECK(s.since(minute).compared == 1000);
  CHECK(s.since(minute).share() == doctest::Approx(0.99));
  CHECK(s.since(0).wrong == 60);
  CHECK_FALSE(s.since(4 * minute).share());
}

TEST_CASE("series: the rate of the backfill of late") {
  series s{};
  CHECK_FALSE(s.rows_per_second(hour));
  s.add(rows(0, minute, 1'000'000));
  s.add(rows(hour - 2 * minute, hour - minute, 600));
  s.add(rows(hour - minute, hour, 600));
  CHECK(s.rows_per_second(hour) == doctest::Approx(10));
  CHECK(s.rows_per_second(hour + minute) == doctest::Approx(1200 / 180.0));
  CHECK_FALSE(s.rows_per_second(2 * hour));
}

TEST_CASE("series: it is kept in the state store, and nothing that is added is lost") {
  struct meddling : zddm::memory::state_store {
    bool commit(std::span<change const> changes) {
      if (meddle-- > 0) add_to_series(static_cast<zddm::memory::state_store&>(*this), "m", rows(0, 0, 100));
      return zddm::memory::state_store::commit(changes);
    }
    int meddle = 2;
  } s;
  add_to_series(s, "m", rows(wall_milliseconds(), 0, 1));
  auto const [all, revision] = load_series(s, "m");
  CHECK(total(all) == 201);
  CHECK(revision > 0);
  CHECK(load_series(s, "other").first == series{});
}
