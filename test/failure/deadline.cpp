// SPDX-License-Identifier: BSL-1.0
#include <zddm/failure/deadline.hpp>

#include <chrono>
#include <future>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

#include <zddm/consistency/key_locked.hpp>
#include <zddm/failure/propagate.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/observer/counters.hpp>
#include <zddm/proxy/proxy.hpp>
#include <zddm/testing/faulty_store.hpp>

#include "failure/call.hpp"
#include <zddm/testing/manual_executor.hpp>

using namespace zddm;
using failure_test::call;
using lifecycle::step;

namespace {
using steady = model<int, int, std::chrono::steady_clock>;
using by_hand = testing::manual_executor;

/// Makes what is posted at once.
struct at_once {
  bool post(std::uint64_t, task t) { return t(), true; }
  void flush() {}
};
template <unsigned Ms, class Executor>
using deadline = typename failure::deadline<Ms, failure::fall_back_to_old, Executor>::template bind<steady>;

error_class class_of(std::exception_ptr const& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (store_error const& e) {
    return e.kind();
  }
}

/// A store whose reads wait until they are let go.
struct hanging : memory::store<std::string, int> {
  std::shared_future<void> gate;
  auto look(std::string const& k) {
    gate.wait();
    return memory::store<std::string, int>::look(k);
  }
};
} // namespace

TEST_CASE("failure deadline: a call that ends in time ends as without") {
  at_once here;
  deadline<60'000, at_once> policy(here);
  call<> c;
  CHECK(*policy.on_new(c) == 7);
  call<> fails{{error_class::permanent}};
  auto const failed = policy.on_new(fails);
  REQUIRE_FALSE(failed);
  CHECK(class_of(failed.failure()) == error_class::permanent);
}

TEST_CASE("failure deadline: a call that does not begin in time is never made") {
  by_hand later;
  deadline<1, by_hand> policy(later);
  call<> c;
  auto const ended = policy.on_new(c);
  REQUIRE_FALSE(ended);
  CHECK(class_of(ended.failure()) == error_class::transient);
  later.flush();
  CHECK(c.made == 0);
}

TEST_CASE("failure deadline: a call that does not end in time has an unknown outcome, and ends later") {
  background later;
  std::promise<void> go;
  std::atomic<bool> ended_later{false};
  struct slow : call<> {
    std::shared_future<void> gate;
    std::atomic<bool>* ended;
    std::function<int()> detached() const {
      return [this] {
        gate.wait();
        *ended = true;
        return 7;
      };
    }
  } c;
  c.gate = go.get_future().share();
  c.ended = &ended_later;
  {
    deadline<20, background> policy(later);
    auto const ended = policy.on_new(c);
    REQUIRE_FALSE(ended);
    CHECK(class_of(ended.failure()) == error_class::unknown_outcome);
    CHECK_FALSE(ended_later);
    go.set_value();
    policy.finish();
  }
  CHECK(ended_later);
}

TEST_CASE("failure deadline: where the executor is full a call fails at once") {
  by_hand later(0);
  deadline<60'000, by_hand> policy(later);
  call<> c;
  auto const ended = policy.on_new(c);
  REQUIRE_FALSE(ended);
  CHECK(class_of(ended.failure()) == error_class::transient);
  CHECK(c.made == 0);
}

TEST_CASE("failure deadline: calls that are required, or must not be repeated, are made as they are") {
  by_hand later(0);
  deadline<1, by_hand> policy(later);
  call<> required;
  required.needed = true;
  CHECK(*policy.on_new(required) == 7);
  call<false> once;
  CHECK(*policy.on_new(once) == 7);
}

TEST_CASE("failure deadline: a New that hangs holds a reader up for no longer, and Old answers") {
  memory::store<std::string, int> from;
  hanging to;
  std::promise<void> go;
  to.gate = go.get_future().share();
  lifecycle::handle h("m");
  h.take(step::prepare);
  from.put("k", 1);
  background later(1, 8);
  {
    proxy<memory::store<std::string, int>, hanging, lifecycle::local, failure::deadline<5>> p(from, to, h, later);
    CHECK(p.read("k") == 1);
    CHECK(p.visit("k", [](int n) { CHECK(n == 1); }));
    go.set_value();
  }
  CHECK_FALSE(to.get("k"));
}

TEST_CASE("failure deadline: with threads of its own a proxy does what it does without") {
  memory::store<std::string, int> from, to;
  lifecycle::handle h("m");
  h.take(step::prepare);
  background later(2);
  proxy<memory::store<std::string, int>, memory::store<std::string, int>, lifecycle::local, failure::deadline<60'000>> p(
      from, to, h, later);
  for (int i = 0; i < 50; ++i) {
    p.write("k", i);
    CHECK(p.read("k") == i);
    CHECK(to.get("k") == i);
  }
  p.erase("k");
  CHECK_FALSE(p.read("k"));
}
