// SPDX-License-Identifier: BSL-1.0
#include <zddm/core/clock.hpp>

#include <chrono>

#include <doctest/doctest.h>

namespace {

struct hand_turned {
  using rep = int;
  using duration = std::chrono::duration<int>;
  using time_point = std::chrono::time_point<hand_turned, duration>;
  static constexpr bool is_steady = true;
  static inline time_point time{};
  static time_point now() { return time; }
};

} // namespace

TEST_CASE("a clock never goes back and can be turned by hand") {
  static_assert(zddm::clock<std::chrono::steady_clock> && zddm::clock<zddm::coarse_clock> && zddm::clock<hand_turned>);
  static_assert(!zddm::clock<std::chrono::system_clock> && !zddm::clock<int>);
}

TEST_CASE("the coarse clock follows the steady one, never ahead of it and never back") {
  auto before = zddm::coarse_clock::now();
  for (int i = 0; i < 100'000; ++i) {
    auto const now = zddm::coarse_clock::now();
    REQUIRE(now >= before);
    before = now;
  }
  auto const coarse = zddm::coarse_clock::now().time_since_epoch();
  CHECK(coarse <= std::chrono::steady_clock::now().time_since_epoch());
}
