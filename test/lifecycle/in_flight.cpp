// SPDX-License-Identifier: BSL-1.0
#include <zddm/lifecycle/in_flight.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <new>
#include <optional>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

using zddm::lifecycle::in_flight;

TEST_CASE("in_flight: with nothing under way a drain does not wait") {
  in_flight f;
  {
    auto const turn = f.enter();
  }
  int waits = 0;
  f.drain([&] { ++waits; });
  CHECK(waits == 0);
}

TEST_CASE("in_flight: a drain waits for the operation of another thread, and not for one that entered later") {
  in_flight f;
  std::atomic<int> stage{0};
  std::thread other([&] {
    auto first = f.enter();
    stage = 1;
    while (stage < 2) std::this_thread::yield();
    first.leave();
    auto const second = f.enter();
    while (stage < 3) std::this_thread::yield();
  });
  while (stage < 1) std::this_thread::yield();
  int waits = 0;
  f.drain([&] {
    if (++waits == 100) stage = 2;
    std::this_thread::yield();
  });
  CHECK(waits >= 100);
  stage = 3;
  other.join();
}

TEST_CASE("in_flight: the inner of two nested operations does not end the outer one") {
  in_flight f;
  std::atomic<int> stage{0};
  std::thread other([&] {
    auto outer = f.enter();
    {
      auto const inner = f.enter();
    }
    stage = 1;
    while (stage < 2) std::this_thread::yield();
  });
  while (stage < 1) std::this_thread::yield();
  int waits = 0;
  f.drain([&] {
    if (++waits == 100) stage = 2;
    std::this_thread::yield();
  });
  CHECK(waits >= 100);
  other.join();
}

TEST_CASE("in_flight: a moved turn leaves once") {
  in_flight f;
  auto a = f.enter();
  in_flight::turn b = std::move(a);
  a.leave();
  std::atomic<int> waits{0};
  std::thread drainer([&] {
    f.drain([&] {
      ++waits;
      std::this_thread::yield();
    });
  });
  while (waits < 10) std::this_thread::yield();
  b.leave();
  b.leave();
  drainer.join();
  f.drain([] { FAIL("nothing is under way any more"); });
}

TEST_CASE("in_flight: two of them do not wait for each other, and a new one at the place of an old one is another") {
  std::optional<in_flight> a(std::in_place), b(std::in_place);
  auto turn = a->enter();
  b->drain([] { FAIL("nothing is under way in b"); });
  turn.leave();
  for (int i = 0; i < 100; ++i) {
    a.emplace();
    auto const again = a->enter();
    b->drain([] { FAIL("nothing is under way in b"); });
  }
}

TEST_CASE("in_flight: who changed a value and drained is followed by nobody that saw the earlier one") {
  in_flight f;
  std::atomic<int> published{0};
  std::atomic<int> settled{0};
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> workers;
  for (int i = 0; i < 3; ++i)
    workers.emplace_back([&] {
      while (!stop) {
        auto const turn = f.enter();
        int const saw = published.load(std::memory_order_acquire);
        for (int spin = 0; spin < 20; ++spin)
          if (settled.load(std::memory_order_relaxed) > saw) ++wrong;
      }
    });
  for (int i = 1; i <= 2000; ++i) {
    published.store(i, std::memory_order_release);
    f.drain([] { std::this_thread::yield(); });
    settled.store(i, std::memory_order_relaxed);
  }
  stop = true;
  for (auto& w : workers) w.join();
  CHECK(wrong == 0);
}

TEST_CASE("in_flight: threads come and go without end") {
  in_flight f;
  for (int i = 0; i < 200; ++i)
    std::thread([&] {
      for (int k = 0; k < 3; ++k) auto const turn = f.enter();
    }).join();
  f.drain([] { FAIL("nothing is under way"); });
}

TEST_CASE("lifecycle in_flight: a fiber that is left inside an operation is waited for by the thread it ran on") {
  zddm::lifecycle::in_flight operations;
  zddm::lifecycle::in_flight::presence fiber;
  fiber.swap();
  auto turn = std::make_unique<zddm::lifecycle::in_flight::turn>(operations.enter());
  CHECK(operations.inside());
  fiber.swap();
  CHECK_FALSE(operations.inside());
  int waited = 0;
  operations.drain([&] {
    if (++waited < 3) return;
    fiber.swap();
    turn.reset();
    fiber.swap();
  });
  CHECK(waited == 3);
}

TEST_CASE("lifecycle in_flight: what is under way when its thread of control ends is over") {
  zddm::lifecycle::in_flight operations;
  auto fiber = std::make_unique<zddm::lifecycle::in_flight::presence>();
  fiber->swap();
  // A fiber that is abandoned never runs the destructor of its turn.
  alignas(zddm::lifecycle::in_flight::turn) std::byte place[sizeof(zddm::lifecycle::in_flight::turn)];
  new (place) zddm::lifecycle::in_flight::turn(operations.enter());
  fiber->swap();
  fiber.reset();
  operations.drain([] { FAIL("nothing is under way"); });
  CHECK_FALSE(operations.inside());
}
