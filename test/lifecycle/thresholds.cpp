// SPDX-License-Identifier: BSL-1.0
#include <zddm/lifecycle/thresholds.hpp>

#include <chrono>

#include <doctest/doctest.h>

using zddm::lifecycle::thresholds;

TEST_CASE("thresholds: a migration that says nothing asks for nothing, and looks back an hour") {
  constexpr thresholds none{};
  static_assert(none == thresholds{0, std::chrono::hours(1), 0});
  CHECK(none.window == std::chrono::minutes(60));
  constexpr thresholds own{.consistency_ppm = 999'900, .window = std::chrono::minutes(10), .latency_percent = 150};
  static_assert(own != none);
  CHECK(own.window == std::chrono::seconds(600));
}
