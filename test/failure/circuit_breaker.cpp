// SPDX-License-Identifier: BSL-1.0
#include <zddm/failure/circuit_breaker.hpp>

#include <chrono>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/consistency/key_locked.hpp>
#include <zddm/failure/propagate.hpp>
#include <zddm/failure/retry.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/observer/counters.hpp>
#include <zddm/proxy/proxy.hpp>
#include <zddm/testing/faulty_store.hpp>

#include "failure/call.hpp"
#include <zddm/lifecycle/journal.hpp>
#include <zddm/lifecycle/member.hpp>
#include <zddm/lifecycle/shared.hpp>
#include <zddm/memory/state_store.hpp>

using namespace zddm;
using failure_test::call;
using lifecycle::step;

namespace {
struct by_hand {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<by_hand>;
  static constexpr bool is_steady = true;
  static inline time_point at{};
  static time_point now() { return at; }
};
static_assert(zddm::clock<by_hand>);
template <unsigned Failures, std::uint32_t OpenMs, class Inner = failure::fall_back_to_old>
using breaker = typename failure::circuit_breaker<Failures, OpenMs, Inner>::template bind<model<int, int, by_hand>>;
using enum error_class;
using namespace std::chrono_literals;

/// `lifecycle::local` on a clock that is turned by hand.
struct local : lifecycle::local {
  using clock_type = by_hand;
};
using table = memory::store<std::string, int>;
using flaky = testing::faulty_store<table>;
} // namespace

TEST_CASE("failure circuit_breaker: opens after so many failures in a row, and makes no call while it is open") {
  breaker<3, 1000> policy;
  call<> down{std::vector<error_class>(100, transient)};
  for (int i = 0; i < 10; ++i) CHECK_FALSE(policy.on_new(down));
  CHECK(down.made == 3);
  CHECK(policy.tripped());
  CHECK_FALSE(policy.tripped());
}

TEST_CASE("failure circuit_breaker: a success between failures, or a verdict, begins the count anew") {
  breaker<2, 1000> policy;
  call<> c{{transient}};
  call<> fails_again{{unknown_outcome}};
  CHECK_FALSE(policy.on_new(c));
  CHECK(*policy.on_new(c) == 7);
  CHECK_FALSE(policy.on_new(fails_again));
  CHECK(*policy.on_new(c) == 7);
  call<> judged{{permanent, permanent, permanent}};
  for (int i = 0; i < 3; ++i) CHECK_FALSE(policy.on_new(judged));
  CHECK(judged.made == 3);
  CHECK_FALSE(policy.tripped());
}

TEST_CASE("failure circuit_breaker: half open, one call decides") {
  by_hand::at += 1h;
  breaker<1, 1000> policy;
  call<> c{{transient, transient}};
  CHECK_FALSE(policy.on_new(c));
  by_hand::at += 999ms;
  CHECK_FALSE(policy.on_new(c));
  CHECK(c.made == 1);
  by_hand::at += 1ms;
  SUBCASE("its failure opens anew") {
    CHECK_FALSE(policy.on_new(c));
    CHECK(c.made == 2);
    CHECK_FALSE(policy.on_new(c));
    CHECK(c.made == 2);
  }
  SUBCASE("its success closes") {
    call<> up;
    CHECK(*policy.on_new(up) == 7);
    CHECK(*policy.on_new(up) == 7);
    CHECK(up.made == 2);
  }
}

TEST_CASE("failure circuit_breaker: what is refused is permanent, so that a retry around it does not wait") {
  by_hand::at += 1h;
  typename failure::retry<5, failure::circuit_breaker<1, 1000>>::template bind<model<int, int, by_hand>> policy;
  call<> down{std::vector<error_class>(100, transient)};
  CHECK_FALSE(policy.on_new(down));
  CHECK(down.made == 1);
}

TEST_CASE("failure circuit_breaker: reads alone have New shut out, and it stays so when New is back") {
  by_hand::at += 1h;
  table from, to;
  flaky broken(to);
  lifecycle::handle h("m");
  observer::counts counts;
  proxy<table, flaky, local, observer::counters, failure::circuit_breaker<3, 1000>> p(from, broken, h, counts);
  h.take(step::prepare);
  p.write("k", 1);
  broken.script(testing::fail_always());
  for (int i = 0; i < 3; ++i) CHECK(p.read("k") == 1);
  CHECK(h.current().shut == lifecycle::quarantine::settled);
  CHECK(counts.quarantines == 1);
  broken.script({});
  by_hand::at += 1h;
  CHECK(p.write("k", 2).new_store == reached::journaled);
  CHECK(p.read("k") == 2); // New still has 1
  CHECK(to.get("k") == 1);
}

TEST_CASE("failure circuit_breaker: in a fleet the other processes go to Old too, without holding up the reader") {
  by_hand::at += 1h;
  memory::state_store state;
  lifecycle::handle mine("m"), others("m");
  {
    auto seen = lifecycle::load(state, "m");
    auto next = seen.value;
    next.now.at = lifecycle::row::prepared;
    next.now.high_water = next.now.announced = threshold::open();
    ++next.now.epoch;
    lifecycle::replace(state, "m", seen, next, {"test", "prepare", ""});
  }
  lifecycle::member_options const options{10s, 1ms, "web", false};
  lifecycle::member a(state, mine, options), b(state, others, options);
  table from, to;
  flaky broken(to);
  struct shared : lifecycle::shared {
    using clock_type = by_hand;
  };
  proxy<table, flaky, shared, failure::circuit_breaker<2, 1000>> p(from, broken, mine);
  proxy<table, table, lifecycle::shared> q(from, to, others);
  p.write("k", 1);
  broken.script(testing::fail_always());
  CHECK(p.read("k") == 1);
  CHECK(p.read("k") == 1);
  CHECK(mine.current().shut == lifecycle::quarantine::none);
  for (int i = 0; i < 4; ++i) {
    a.poll_once();
    b.poll_once();
  }
  CHECK(mine.current().shut == lifecycle::quarantine::settled);
  CHECK(others.current().shut == lifecycle::quarantine::settled);
  p.write("k", 2);
  CHECK(q.read("k") == 2);
  CHECK(lifecycle::journal::all(state, "m").size() == 1);
}
