// SPDX-License-Identifier: BSL-1.0
#include <zddm/failure/retry.hpp>

#include <chrono>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/consistency/key_locked.hpp>
#include <zddm/failure/propagate.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/observer/counters.hpp>
#include <zddm/proxy/proxy.hpp>
#include <zddm/testing/faulty_store.hpp>

#include "failure/call.hpp"

using namespace zddm;
using failure_test::call;
using lifecycle::step;

namespace {
struct noted {
  static inline std::vector<std::chrono::milliseconds> pauses;
  void operator()(std::chrono::milliseconds time) const { pauses.push_back(time); }
};
template <unsigned N, class Inner = failure::fall_back_to_old, unsigned First = 1, unsigned Most = 50>
using retry = typename failure::retry<N, Inner, First, Most, noted>::template bind<model<int, int, std::chrono::steady_clock>>;
using enum error_class;
} // namespace

TEST_CASE("failure retry: a passing failure is tried again, as often as told and no more") {
  noted::pauses.clear();
  retry<3> policy;
  call<> twice{{transient, transient}};
  CHECK(*policy.on_new(twice) == 7);
  CHECK(twice.made == 3);
  CHECK(noted::pauses.size() == 2);
  call<> always{{transient, transient, transient, transient}};
  CHECK_FALSE(policy.on_new(always));
  CHECK(always.made == 3);
}

TEST_CASE("failure retry: an unknown outcome is tried again only where the call may be repeated") {
  retry<3> policy;
  call<true> repeatable{{unknown_outcome}};
  CHECK(*policy.on_new(repeatable) == 7);
  CHECK(repeatable.made == 2);
  call<false> once{{unknown_outcome}};
  CHECK_FALSE(policy.on_new(once));
  CHECK(once.made == 1);
}

TEST_CASE("failure retry: a permanent failure is not tried again") {
  retry<5> policy;
  call<> c{{permanent}};
  CHECK_FALSE(policy.on_new(c));
  CHECK(c.made == 1);
}

TEST_CASE("failure retry: the pauses double up to the longest, and chance takes a half at most") {
  noted::pauses.clear();
  retry<8, failure::fall_back_to_old, 4, 20> policy;
  call<> c{std::vector<error_class>(8, transient)};
  CHECK_FALSE(policy.on_new(c));
  std::vector<int> const longest{4, 8, 16, 20, 20, 20, 20};
  REQUIRE(noted::pauses.size() == longest.size());
  for (std::size_t i = 0; i < longest.size(); ++i) {
    CHECK(noted::pauses[i].count() <= longest[i]);
    CHECK(noted::pauses[i].count() >= longest[i] / 2);
  }
}

TEST_CASE("failure retry: the last failure ends as the inner policy says") {
  retry<2, failure::propagate> policy;
  call<> c{{transient, transient}};
  CHECK_THROWS_AS(policy.on_new(c), store_error);
  CHECK(c.made == 2);
  call<> once{{transient}};
  CHECK(*policy.on_new(once) == 7);
}

TEST_CASE_TEMPLATE("failure retry: a New that fails now and then fails no write, and holds what was written", Consistency,
                   consistency::intent, consistency::key_locked) {
  using table = memory::store<std::string, int>;
  table from, to;
  testing::faulty_store<table> broken(to);
  lifecycle::handle h("m");
  proxy<table, decltype(broken), lifecycle::local, Consistency, failure::retry<6, failure::fall_back_to_old, 1, 1>> p(from,
                                                                                                                      broken, h);
  h.take(step::prepare);
  broken.script(testing::fail_nth(1));
  p.write("k", 1);
  CHECK(to.get("k") == 1);
  CHECK(p.read("k") == 1);
}
