// SPDX-License-Identifier: BSL-1.0
#include <zddm/sqlite/turnstile.hpp>

#include <chrono>
#include <cstddef>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using zddm::sqlite::turnstile;

TEST_CASE("sqlite turnstile lets one pass at a time") {
  turnstile t;
  int inside = 0, passed = 0;
  bool alone = true;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int round = 0; round < 200; ++round) {
        if (!t.enter(60s)) return;
        alone = alone && ++inside == 1;
        std::this_thread::yield();
        --inside;
        ++passed;
        t.leave();
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(alone);
  CHECK(passed == 800);
}

TEST_CASE("sqlite turnstile sends away who has waited long enough, and forgets them") {
  turnstile t;
  CHECK(t.enter(0ms) == 0ms);
  CHECK_FALSE(t.enter(0ms));
  CHECK_FALSE(t.enter(5ms));
  t.leave();
  CHECK(t.enter(0ms) == 0ms);
  bool in = false;
  std::thread next([&] {
    auto const waited = t.enter(60s);
    in = waited && *waited > 0ms;
    t.leave();
  });
  while (t.waiting() == 0) std::this_thread::yield();
  t.leave();
  next.join();
  CHECK(in);
  CHECK(t.enter(0ms));
}

TEST_CASE("sqlite turnstile lets nobody pass those who came before") {
  turnstile t;
  REQUIRE(t.enter(0ms));
  std::vector<std::size_t> order;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      t.enter(60s);
      order.push_back(i);
      t.leave();
    });
    while (t.waiting() <= i) std::this_thread::yield();
  }
  t.leave();
  t.enter(60s);
  CHECK(order == std::vector<std::size_t>{0, 1, 2, 3});
  t.leave();
  for (auto& thread : threads) thread.join();
}
