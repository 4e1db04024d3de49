// SPDX-License-Identifier: BSL-1.0
#include <zddm/memory/rows.hpp>

#include <chrono>
#include <optional>
#include <vector>

#include <doctest/doctest.h>

using namespace std::chrono_literals;

namespace {
struct ground {
  std::chrono::milliseconds time{0};
  zddm::memory::rows<int, int> rows{[this] { return zddm::memory::rows<int, int>::time_point(time); }};
  std::vector<int> keys(zddm::key_range<int> const& range = {}, std::size_t limit = 99) {
    std::vector<int> all;
    auto const n = rows.walk(range, limit, [&](int key, int) { all.push_back(key); });
    CHECK(n == all.size());
    return all;
  }
};
} // namespace

TEST_CASE("memory rows: in order, in a range, at most so many") {
  ground g;
  for (int i : {4, 1, 3, 2}) g.rows.set(i, 10 * i);
  CHECK(g.keys() == std::vector{1, 2, 3, 4});
  CHECK(g.keys({1, 3}) == std::vector{2, 3});
  CHECK(g.keys({}, 2) == std::vector{1, 2});
  CHECK(g.rows.split_points(1) == std::vector{2});
  CHECK_FALSE(g.rows.insert(1, 7));
  CHECK(g.rows.insert(5, 50));
  g.rows.set(5, std::nullopt);
  CHECK_FALSE(g.rows.get(5));
  CHECK(g.rows.get(1) == 10);
  CHECK(g.rows.size() == 4);
}

TEST_CASE("memory rows: one whose time is over is absent, dropped or not, and one that was set again lives") {
  ground g;
  g.rows.set(1, 1);
  g.rows.set_for(2, 2, 5s);
  g.rows.set_for(3, 3, 5s);
  g.rows.set(3, 30);
  CHECK(g.rows.remaining(2) == 5s);
  CHECK_FALSE(g.rows.remaining(1));
  CHECK(g.rows.remaining(9) == 0ms);
  g.time = 5s;
  for (bool const dropped : {false, true}) {
    if (dropped) g.rows.drop_expired();
    CHECK_FALSE(g.rows.find(2));
    CHECK(g.rows.remaining(2) == 0ms);
    CHECK(g.keys() == std::vector{1, 3});
    CHECK(g.rows.size() == 2);
    CHECK(g.rows.get(3) == 30);
  }
  CHECK(g.rows.insert(2, 20));
  g.rows.clear();
  CHECK(g.keys().empty());
}
