// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/all_of.hpp>

#include <chrono>

#include <doctest/doctest.h>

#include <zddm/backfill/rate_limit.hpp>

using namespace std::chrono_literals;
using zddm::backfill::all_of;
using zddm::backfill::load;
using zddm::backfill::rate_limit;

static_assert(zddm::backfill::throttle<all_of<rate_limit, rate_limit>>);

TEST_CASE("all_of holds the longest wait, and its reason") {
  all_of both(rate_limit::rows(100), rate_limit::bytes(1000));
  CHECK(both.after(load{100, 500}, 0s).reason == "rows per second");
  auto const p = both.after(load{100, 9500}, 1s);
  CHECK(p.reason == "bytes per second");
  CHECK(p.time == 9s);
}

TEST_CASE("all_of tells each of every page, by reference where it is given one") {
  auto rows = rate_limit::rows();
  all_of<rate_limit&> one(rows);
  CHECK(one.after(load{100}, 0s).time == 0ns);
  rows.rate(10);
  CHECK(one.after(load{100}, 0s).time == 10s);
  all_of<> none;
  CHECK(none.after(load{100}, 0s).time == 0ns);
}
