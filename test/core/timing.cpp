// SPDX-License-Identifier: BSL-1.0
#include <zddm/core/timing.hpp>

#include <chrono>
#include <stop_token>
#include <thread>

#include <doctest/doctest.h>

using namespace std::chrono_literals;

TEST_CASE("timing reads a clock that never goes back") {
  zddm::timing const t;
  auto const first = t.now();
  t.sleep(1ms, {});
  CHECK(t.now() >= first + 1ms);
}

TEST_CASE("timing sleeps no longer than until a stop is requested") {
  zddm::timing const t;
  std::stop_source stop;
  std::jthread const other([&] { stop.request_stop(); });
  t.sleep(24h, stop.get_token());
  CHECK(stop.stop_requested());
  t.sleep(24h, stop.get_token());
}
