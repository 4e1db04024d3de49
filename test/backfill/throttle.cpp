// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/throttle.hpp>

#include <chrono>

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using zddm::backfill::load;
using zddm::backfill::row_limit;

static_assert(zddm::backfill::throttle<row_limit>);
static_assert(!zddm::backfill::throttle<int>);

TEST_CASE("throttle row_limit without a limit never waits") {
  row_limit free;
  CHECK(free.after(load{1'000'000}, 1s).time == 0ns);
}

TEST_CASE("throttle row_limit holds the rate over many pages whatever their own work takes") {
  row_limit limit(1000);
  std::chrono::nanoseconds now = 5s;
  for (int page = 0; page < 100; ++page) {
    now += 100ms; // the work
    auto const wait = limit.after(load{500}, now);
    CHECK(wait.reason == "rows per second");
    now += wait.time;
  }
  CHECK(std::chrono::duration<double>(now - 5s).count() == doctest::Approx(50.0).epsilon(0.01));
}

TEST_CASE("throttle row_limit gives no credit for more than a second") {
  row_limit limit(1000);
  limit.after(load{1000}, 0s);
  CHECK(limit.after(load{1000}, 1h).time == 0ns);
  CHECK(limit.after(load{1000}, 1h).time == 1s);
}

TEST_CASE("throttle row_limit obeys a new rate at once and forgets the old debt") {
  row_limit limit(1);
  CHECK(limit.after(load{3600}, 0s).time == 1h);
  limit.rate(1000);
  CHECK(limit.after(load{1000}, 1s).time == 1s);
  limit.rate(0);
  CHECK(limit.after(load{1000}, 1s).time == 0ns);
}

TEST_CASE("throttle row_limit never waits longer than a day") {
  row_limit limit(1e-300);
  CHECK(limit.after(load{1}, 0s).time == 24h);
}
