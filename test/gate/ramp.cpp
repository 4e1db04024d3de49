// SPDX-License-Identifier: BSL-1.0
#include <zddm/gate/ramp.hpp>

#include <chrono>
#include <string>

#include <doctest/doctest.h>

#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

#include "gate/question.hpp"

using namespace zddm;
using namespace std::chrono_literals;

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
using hour = gate::ramp<3600, by_hand>;
} // namespace

TEST_CASE("gate ramp: the rate follows the schedule, closed before it and open after it") {
  by_hand::at = by_hand::time_point(10h);
  gate_test::bound<hour> const gate(gate::ramp_start<by_hand>{by_hand::at});
  CHECK(gate.rate().is_closed());
  by_hand::at -= 5h; // a clock that is set back
  CHECK(gate.rate().is_closed());
  by_hand::at = by_hand::time_point(10h + 15min);
  CHECK(gate.rate() == threshold::percent(25));
  by_hand::at = by_hand::time_point(10h + 30min);
  CHECK(gate.rate() == threshold::percent(50));
  by_hand::at = by_hand::time_point(11h);
  CHECK(gate.rate().is_open());
  by_hand::at = by_hand::time_point(10000h);
  CHECK(gate.rate().is_open());
}

TEST_CASE("gate ramp: what is admitted at one time is admitted at every later time") {
  by_hand::at = {};
  gate_test::bound<hour> const gate(gate::ramp_start<by_hand>{by_hand::at});
  int before = 0;
  for (auto const minutes : {0min, 6min, 30min, 59min, 60min}) {
    by_hand::at = by_hand::time_point(minutes);
    threshold const rate = gate.rate();
    int now = 0;
    for (int n = 0; n < 2000; ++n) {
      auto const q = gate_test::about(gate_test::key(n), "m");
      now += gate.admits(q);
      CHECK(gate.admits(q) == rate.admits(q.hash));
    }
    CHECK(now >= before);
    before = now;
  }
  CHECK(before == 2000);
}

TEST_CASE("gate ramp: a proxy is given the start, and nothing stale is served when the clock is set back and on again") {
  by_hand::at = by_hand::time_point(2h);
  memory::store<std::string, int> from, to;
  lifecycle::handle h("m");
  gate::ramp_start<by_hand> start{by_hand::time_point(0h)};
  proxy<decltype(from), decltype(to), lifecycle::local, hour> p(from, to, h, start);
  h.take(lifecycle::step::prepare, decltype(p)::reach);
  p.write("k", 1);
  CHECK(to.get("k") == 1);
  by_hand::at = {};
  p.write("k", 2);
  by_hand::at = by_hand::time_point(2h);
  CHECK(p.read("k") == 2);
}
