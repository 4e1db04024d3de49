// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/progress.hpp>

#include <chrono>
#include <cstdint>

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using zddm::backfill::progress;

TEST_CASE("progress knows no rate in the first second") {
  progress p(0s, 1000);
  p.add(500ms, 100);
  CHECK_FALSE(p.rows_per_second(999ms));
  CHECK_FALSE(p.left(999ms));
  CHECK(*p.rows_per_second(1s) == doctest::Approx(100));
  CHECK(*p.left(1s) == 9s);
}

TEST_CASE("progress forgets how fast it was before the window") {
  progress p(0s, 1'000'000, 0, 10s);
  for (int second = 1; second <= 60; ++second) p.add(std::chrono::seconds(second), 1000);
  CHECK(*p.rows_per_second(60s) == doctest::Approx(1000));
  for (int second = 61; second <= 80; ++second) p.add(std::chrono::seconds(second), 10);
  CHECK(*p.rows_per_second(80s) == doctest::Approx(10));
  CHECK(p.done() == 60'200);
}

TEST_CASE("progress counts what an earlier run did for the time left and not for the rate") {
  progress p(100s, 1000, 900);
  p.add(110s, 50);
  CHECK(*p.rows_per_second(110s) == doctest::Approx(5));
  CHECK(*p.left(110s) == 10s);
}

TEST_CASE("progress says unknown where it stands still or has met more rows than there were") {
  progress still(0s, 1000);
  CHECK(*still.rows_per_second(5s) == 0);
  CHECK_FALSE(still.left(5s));
  progress beyond(0s, 10);
  beyond.add(1s, 11);
  CHECK_FALSE(beyond.left(2s));
  progress done(0s, 10);
  done.add(1s, 10);
  CHECK(*done.left(2s) == 0s);
}

TEST_CASE("progress never says a time it cannot hold") {
  progress p(0s, UINT64_MAX);
  p.add(1s, 1);
  CHECK_FALSE(p.left(1h));
}

TEST_CASE("progress slows down while nothing is added") {
  progress p(0s, 1000, 0, 10s);
  p.add(1s, 500);
  CHECK(*p.rows_per_second(5s) == doctest::Approx(100));
  CHECK(*p.rows_per_second(100s) == 0);
}
