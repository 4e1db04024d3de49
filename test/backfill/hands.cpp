// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/hands.hpp>

#include <chrono>
#include <string>

#include <doctest/doctest.h>

#include <zddm/backfill/state_queue.hpp>
#include <zddm/memory/state_store.hpp>

using namespace std::chrono_literals;
using zddm::backfill::work;
using memory_queue = zddm::backfill::state_queue<zddm::memory::state_store>;
using hands = zddm::backfill::hands<memory_queue>;

namespace {

struct trial {
  trial() {
    state.clock([this] { return time; });
    queue.make("p", 3);
  }
  std::chrono::milliseconds time = 1h;
  zddm::memory::state_store state;
  memory_queue queue{state, "people"};
  std::uint64_t plan() const { return queue.plan()->id; }
};

} // namespace

TEST_CASE("hands hold a task until it is ended or given back") {
  trial t;
  hands mine(t.queue, t.plan(), "me", 10s);
  auto const a = mine.claim({}), b = mine.claim({});
  REQUIRE(a);
  REQUIRE(b);
  CHECK(mine.holds(0));
  CHECK(mine.report(*a, {work::held, "half"}));
  CHECK(mine.holds(0));
  CHECK(mine.report(*a, {work::done}));
  CHECK_FALSE(mine.holds(0));
  CHECK(mine.report(*b, {work::open}));
  CHECK_FALSE(mine.holds(1));
  CHECK(mine.claim({})->item == 1);
  CHECK(mine.claim({})->item == 2);
  CHECK_FALSE(mine.claim({}));
}

TEST_CASE("hands renew what they hold, as long as they live") {
  trial t;
  hands mine(t.queue, t.plan(), "me", 10s), other(t.queue, t.plan(), "other", 10s);
  auto const a = mine.claim({}), b = mine.claim({});
  for (int i = 0; i < 5; ++i) {
    t.time += 9s;
    mine.renew();
  }
  CHECK(other.claim({})->item == 2);
  CHECK(mine.report(*a, {work::done}));
  t.time += 10s + 1ms;
  CHECK(other.claim({})->item == 1);
  mine.renew();
  CHECK_FALSE(mine.holds(1));
  CHECK_FALSE(mine.report(*b, {work::done}));
}

TEST_CASE("hands let go of what another worker took over, at the first word about it") {
  trial t;
  hands mine(t.queue, t.plan(), "me", 10s), other(t.queue, t.plan(), "other", 10s);
  auto const a = mine.claim({});
  t.time += 11s;
  CHECK(other.claim({})->item == 0);
  CHECK(mine.holds(0));
  CHECK_FALSE(mine.report(*a, {work::held, "late"}));
  CHECK_FALSE(mine.holds(0));
  CHECK(other.holds(0));
}
