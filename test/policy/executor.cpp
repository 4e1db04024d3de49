// SPDX-License-Identifier: BSL-1.0
#include <zddm/policy/executor.hpp>

#include <vector>

#include <doctest/doctest.h>

namespace {
struct by_hand {
  std::vector<zddm::task> waiting;
  std::size_t room = 8;

  bool post(std::uint64_t, zddm::task t) {
    if (waiting.size() == room) return false;
    waiting.push_back(std::move(t));
    return true;
  }
  void flush() {
    for (auto& t : std::exchange(waiting, {})) t();
  }
};
struct forgets_to_flush {
  bool post(std::uint64_t, zddm::task) { return true; }
};
} // namespace

static_assert(zddm::executor<by_hand>);
static_assert(!zddm::executor<forgets_to_flush>);

static_assert(zddm::puts_work_off<zddm::off_path<by_hand>>);

TEST_CASE("policy executor: what was posted is done once a policy has finished") {
  by_hand e;
  int done = 0;
  zddm::off_path<by_hand> hold(e);
  CHECK(hold.post(1, [&] { ++done; }));
  CHECK(done == 0);
  hold.finish();
  CHECK(done == 1);
}

TEST_CASE("policy executor: one that is full says so and takes nothing") {
  by_hand e;
  e.room = 0;
  zddm::off_path<by_hand> hold(e);
  CHECK_FALSE(hold.post(1, [] { FAIL("the task was not taken"); }));
}
