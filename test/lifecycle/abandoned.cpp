// SPDX-License-Identifier: BSL-1.0
#include <zddm/lifecycle/abandoned.hpp>

#include <vector>

#include <doctest/doctest.h>

#include <zddm/lifecycle/member.hpp>
#include <zddm/memory/state_store.hpp>

using namespace zddm::lifecycle;
using namespace std::chrono_literals;
using memory_store = zddm::memory::state_store;
using zddm::intent_id;

namespace {
member_options const by_hand{10s, 1ms, "", false};

void next_epoch(memory_store& s) {
  auto const seen = load(s, "names");
  auto next = seen.value;
  ++next.now.epoch;
  REQUIRE(replace(s, "names", seen, next, {}));
}
} // namespace

TEST_CASE("abandoned: a write of a live process is its own until its operation is over") {
  memory_store s;
  handle h("names");
  member<memory_store> m(s, h, by_hand);
  auto const first = h.next_intent();
  CHECK_FALSE(abandoned(s, "names")(first));
  next_epoch(s);
  m.poll_once();
  auto const second = h.next_intent();
  abandoned over(s, "names");
  CHECK(over(first));
  CHECK_FALSE(over(second));
}

TEST_CASE("abandoned: an operation under way is not over, whatever is polled") {
  memory_store s;
  handle h("names");
  member<memory_store> m(s, h, by_hand);
  auto op = h.enter();
  auto const id = h.next_intent();
  next_epoch(s);
  std::thread poller([&] { m.poll_once(); });
  while (h.current().epoch == 0) std::this_thread::yield();
  CHECK_FALSE(abandoned(s, "names")(id));
  op.leave();
  poller.join();
  CHECK(abandoned(s, "names")(id));
}

TEST_CASE("abandoned: writes of a process that is gone are, and it cannot come back under its lease") {
  memory_store s;
  auto time = 1000ms;
  s.clock([&] { return time; });
  handle h("names");
  member<memory_store> m(s, h, by_hand);
  auto const id = h.next_intent();
  time = 12s;
  CHECK(abandoned(s, "names")(id));
  CHECK_THROWS_AS(m.poll_once(), zddm::lease_lost);
  m.poll_once();
  CHECK(h.process() != id.process);
  CHECK(abandoned(s, "names")(id));
  CHECK_FALSE(abandoned(s, "names")(h.next_intent()));
  CHECK(abandoned(s, "names")({42, 1}));
}

TEST_CASE("abandoned: a process that joins while it is asked is not taken for dead") {
  memory_store s;
  abandoned over(s, "names");
  CHECK(over({42, 1}));
  handle h("names");
  member<memory_store> const m(s, h, by_hand);
  CHECK_FALSE(over(h.next_intent()));
}
