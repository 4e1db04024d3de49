// SPDX-License-Identifier: BSL-1.0
#include <zddm/memory/store.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <zddm/testing/laws/expiring.hpp>
#include <zddm/testing/laws/store.hpp>

namespace {
using store = zddm::memory::store<std::string, std::string>;

static_assert(zddm::store<store> && zddm::lending_store<store> && zddm::insertable_store<store> && zddm::updatable_store<store>);
static_assert(zddm::versioned_store<store> && zddm::conditional_store<store> && zddm::intent_store<store>);
static_assert(zddm::journaling_store<store> && zddm::scannable_store<store> && zddm::batch_store<store>);
static_assert(zddm::expiring_store<store>);
} // namespace

TEST_CASE("memory store: keeps the laws of every capability") {
  auto const fail = [](std::string_view law) { FAIL_CHECK(law); };
  zddm::testing::laws::store([] { return store(); }, fail);
  zddm::testing::laws::store([] { return zddm::memory::store<std::uint64_t, std::string>(); }, fail);
  store::time_point now{};
  zddm::testing::laws::expiring([&] { return store([&] { return now; }); }, [&](auto time) { now += time; }, fail);
}

TEST_CASE("memory store: a row that is there needs no record") {
  store s;
  auto const before = s.look("k");
  CHECK(before.known == zddm::knowledge::unknown);
  CHECK(s.fill("k", "v", before.seen));
  CHECK(s.look("k").value == "v");
  auto const t = s.begin("k", {1, 1}).value();
  CHECK(!s.get("k"));
  CHECK(s.look("k").pending);
  CHECK(s.records({}, 10, [](auto const&, auto const&) {}) == 1);
  CHECK(s.end("k", t, "w"));
  CHECK(s.get("k") == "w");
  CHECK(s.records({}, 10, [](auto const&, auto const&) {}) == 0);
}

TEST_CASE("memory store: dropping records or rows refuses a fill that looked before") {
  store s;
  auto const seen = s.look("k").seen;
  s.drop_records();
  CHECK(!s.fill("k", "old", seen));
  auto const again = s.look("k").seen;
  s.clear();
  CHECK(!s.fill("k", "old", again));
  CHECK(s.fill("k", "new", s.look("k").seen));
}

TEST_CASE("memory store: a plain erase under a mark leaves the key absent, not unknown") {
  store s;
  REQUIRE(s.fill("k", "v", s.look("k").seen));
  REQUIRE(s.mark("k", [](auto const& is) { return is; }, {1, 1}));
  s.erase("k");
  CHECK(s.look("k").known == zddm::knowledge::absent);
}

TEST_CASE("memory store: a marked update starts from what New alone knows") {
  store s;
  auto const append = [](std::optional<std::string> const& v) { return std::optional(v.value_or("") + "x"); };
  CHECK(!s.mark("k", append, {1, 1}));
  REQUIRE(s.fill("k", std::nullopt, s.look("k").seen));
  auto const first = s.mark("k", append, {1, 2});
  REQUIRE(first);
  CHECK(first->second == "x");
  CHECK(!s.mark("k", append, {1, 3}));
  s.release("k", first->first);
  auto const second = s.mark("k", [](auto const&) { return std::optional<std::string>(); }, {1, 4});
  REQUIRE(second);
  CHECK(!s.get("k"));
  CHECK(s.look("k").known == zddm::knowledge::absent);
}

TEST_CASE("memory store: rows end by the injected clock, for every member") {
  store::time_point now{};
  store s([&] { return now; });
  using namespace std::chrono_literals;
  s.put_for("k", "v", 10ms);
  s.put("l", "w");
  CHECK(s.size() == 2);
  CHECK(s.remaining("k") == 10ms);
  now += 10ms;
  CHECK(!s.get("k"));
  CHECK(!s.visit("k", [](auto const&) {}));
  CHECK(s.size() == 1);
  CHECK(s.scan({}, 10, [](auto const&, auto const&) {}) == 1);
  CHECK(s.insert("k", "again"));
  CHECK(s.get("k") == "again");
}

TEST_CASE("memory store: a put over a row with a time to live lives for ever") {
  store::time_point now{};
  store s([&] { return now; });
  using namespace std::chrono_literals;
  s.put_for("k", "v", 10ms);
  s.put("k", "w");
  now += 1h;
  s.put("other", "x");
  CHECK(s.get("k") == "w");
  CHECK(!s.remaining("k"));
}
