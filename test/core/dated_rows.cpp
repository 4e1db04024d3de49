// SPDX-License-Identifier: BSL-1.0
#include <zddm/core/dated_rows.hpp>

#include <chrono>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/memory/store.hpp>
#include <zddm/testing/laws/store.hpp>

using namespace std::chrono_literals;
using rows = zddm::memory::store<int, int>;

namespace {
std::int64_t passed = 0; ///< milliseconds
struct wall {
  static zddm::instant now() { return zddm::instant{1'000'000 + passed}; }
};
rows::time_point steady() { return rows::time_point(std::chrono::milliseconds(passed)); }
using dated_rows = zddm::dated_rows<rows, wall>;
} // namespace

static_assert(zddm::store<dated_rows> && zddm::scannable_store<dated_rows>);
static_assert(!zddm::expiring_store<dated_rows>, "the end of a row is part of its value");

TEST_CASE("dated_rows: a row ends at the same instant whenever it is looked at") {
  passed = 0;
  rows inner(steady);
  dated_rows view(inner);
  inner.put_for(1, 10, 5000ms);
  inner.put(2, 20);
  zddm::dated<int> const ends{10, zddm::instant{1'005'000}};
  CHECK(view.get(1) == ends);
  CHECK(view.get(2) == zddm::dated<int>{20, {}});
  passed = 3000;
  CHECK(view.get(1) == ends);
  std::vector<zddm::dated<int>> seen;
  CHECK(view.scan({}, 10, [&](int, auto const& v) { seen.push_back(v); }) == 2);
  CHECK(seen == std::vector<zddm::dated<int>>{ends, {20, {}}});
  passed = 5000;
  CHECK_FALSE(view.get(1));
}

TEST_CASE("dated_rows: what is put ends at its instant, and what has ended is not put") {
  passed = 0;
  rows inner(steady);
  dated_rows view(inner);
  view.put(1, {10, zddm::instant{1'002'000}});
  CHECK(inner.remaining(1) == 2000ms);
  view.put(1, {11, {}});
  CHECK(inner.remaining(1) == std::nullopt);
  view.put(1, {12, zddm::instant{1'000'000}});
  CHECK_FALSE(inner.get(1));
  view.put(2, {20, {}});
  view.erase(2);
  CHECK_FALSE(inner.get(2));
}
