// SPDX-License-Identifier: BSL-1.0
#include <zddm/core/lapsing.hpp>

#include <vector>

#include <doctest/doctest.h>

#include <zddm/memory/store.hpp>

namespace {
std::int64_t passed = 0;
struct wall {
  static zddm::instant now() { return zddm::instant{passed}; }
};
using value = zddm::dated<int>;
using lapsing = zddm::lapsing<zddm::memory::store<int, value>, wall>;
value ending(int v, std::int64_t at) { return {v, zddm::instant{at}}; }
} // namespace

static_assert(zddm::intent_store<lapsing> && zddm::lending_store<lapsing> && zddm::scannable_store<lapsing>);
static_assert(zddm::versioned_store<lapsing> && zddm::batch_store<lapsing> && zddm::updatable_store<lapsing>);
static_assert(!zddm::insertable_store<lapsing> && !zddm::expiring_store<lapsing>);

TEST_CASE("lapsing: a row is absent to every member from the instant it ends") {
  passed = 0;
  lapsing store;
  store.put(1, ending(10, 100));
  store.put(2, {20, {}});
  store.put_next(3, ending(30, 100), 1);
  passed = 99;
  CHECK(store.get(1) == ending(10, 100));
  CHECK(store.visit(1, [](value const&) {}));
  CHECK(store.look(1).known == zddm::knowledge::present);
  passed = 100;
  CHECK_FALSE(store.get(1));
  CHECK_FALSE(store.visit(1, [](value const&) { FAIL("lent what has ended"); }));
  CHECK(store.look(1).known == zddm::knowledge::absent);
  CHECK(store.get_versioned(3) == zddm::versioned<value>{std::nullopt, {1, 1}});
  std::vector<int> const keys{1, 2};
  CHECK(store.get_many(keys) == std::vector<std::optional<value>>{std::nullopt, value{20, {}}});
  std::vector<int> seen;
  CHECK(store.scan({}, 1, [&](int k, auto const&) { seen.push_back(k); }) == 1);
  CHECK(seen == std::vector<int>{2});
  store.update(1, [](auto const& base) {
    CHECK_FALSE(base);
    return std::optional(value{11, {}});
  });
  CHECK(store.get(1) == value{11, {}});
}

TEST_CASE("lapsing: a page of a scan is as long as asked, however many rows have ended") {
  passed = 0;
  lapsing store;
  for (int k = 0; k < 100; ++k) store.put(k, k % 10 == 9 ? value{k, {}} : ending(k, 50));
  passed = 50;
  std::vector<int> seen;
  CHECK(store.scan({}, 5, [&](int k, auto const&) { seen.push_back(k); }) == 5);
  CHECK(seen == std::vector<int>{9, 19, 29, 39, 49});
  CHECK(store.scan({49, {}}, 10, [&](int k, auto const&) { seen.push_back(k); }) == 5);
  CHECK(seen.back() == 99);
}
