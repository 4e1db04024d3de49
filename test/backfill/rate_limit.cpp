// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/rate_limit.hpp>

#include <chrono>

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using zddm::backfill::load;
using zddm::backfill::rate_limit;

static_assert(zddm::backfill::throttle<rate_limit>);

TEST_CASE("rate_limit without a limit never waits") {
  auto free = rate_limit::rows();
  CHECK(free.after(load{1'000'000}, 1s).time == 0ns);
}

TEST_CASE("rate_limit holds the rate over many pages whatever their own work takes") {
  auto limit = rate_limit::rows(1000);
  std::chrono::nanoseconds now = 5s;
  for (int page = 0; page < 100; ++page) {
    now += 100ms; // the work
    auto const wait = limit.after(load{500}, now);
    CHECK(wait.reason == "rows per second");
    now += wait.time;
  }
  CHECK(std::chrono::duration<double>(now - 5s).count() == doctest::Approx(50.0).epsilon(0.01));
}

TEST_CASE("rate_limit gives no credit for more than a second") {
  auto limit = rate_limit::rows(1000);
  limit.after(load{1000}, 0s);
  CHECK(limit.after(load{1000}, 1h).time == 0ns);
  CHECK(limit.after(load{1000}, 1h).time == 1s);
}

TEST_CASE("rate_limit obeys a new rate at once and forgets the old debt") {
  auto limit = rate_limit::rows(1);
  CHECK(limit.after(load{3600}, 0s).time == 1h);
  limit.rate(1000);
  CHECK(limit.after(load{1000}, 1s).time == 1s);
  limit.rate(0);
  CHECK(limit.after(load{1000}, 1s).time == 0ns);
}

TEST_CASE("rate_limit never waits longer than a day") {
  auto limit = rate_limit::rows(1e-300);
  CHECK(limit.after(load{1}, 0s).time == 24h);
}

TEST_CASE("rate_limit counts bytes where it is one of bytes") {
  auto limit = rate_limit::bytes(1 << 20);
  auto const wait = limit.after(load{1, 3 << 20}, 0s);
  CHECK(wait.time == 3s);
  CHECK(wait.reason == "bytes per second");
  CHECK(limit.after(load{1'000'000, 0}, 3s).time == 0ns);
}
