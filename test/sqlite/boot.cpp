// SPDX-License-Identifier: BSL-1.0
#include <zddm/sqlite/boot.hpp>

#include <chrono>
#include <thread>

#include <doctest/doctest.h>

namespace boot = zddm::sqlite::boot;
using namespace std::chrono_literals;

TEST_CASE("boot has one name for every process and a clock that goes on") {
  auto const id = boot::id();
  CHECK(id.size() == 36);
  CHECK(boot::id() == id);
  auto const before = boot::time();
  CHECK(before > 0ms);
  std::this_thread::sleep_for(5ms);
  CHECK(boot::time() >= before + 5ms);
}
