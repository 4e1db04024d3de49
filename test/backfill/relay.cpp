// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/relay.hpp>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

using zddm::backfill::relay;

TEST_CASE("relay: both steps take every piece once and in the same order, each by itself") {
  relay turns;
  int made = 0;          // by the first step alone
  std::vector<int> seen; // by the second alone
  std::atomic<int> in_first = 0, in_second = 0;
  std::atomic<bool> alone = true, same_thread = true;
  auto const work = [&] {
    for (int i = 0; i < 500; ++i) {
      std::thread::id reader;
      turns.turn(
          [&] {
            if (++in_first != 1) alone = false;
            reader = std::this_thread::get_id();
            int const piece = made++;
            --in_first;
            return piece;
          },
          [&](int piece) {
            if (++in_second != 1) alone = false;
            if (reader != std::this_thread::get_id()) same_thread = false;
            seen.push_back(piece);
            --in_second;
          });
    }
  };
  {
    std::jthread const a(work), b(work), c(work);
  }
  CHECK(alone);
  CHECK(same_thread);
  REQUIRE(seen.size() == 1500);
  for (int i = 0; i < 1500; ++i) CHECK(seen[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("relay: the first step of a piece goes on beside the second of the one before, and no further") {
  relay turns;
  std::atomic<int> firsts = 0;
  std::atomic<bool> seen_ahead = false;
  auto const first = [&] { return ++firsts; };
  auto const second = [&](int piece) {
    if (piece == 1) { // holds the second step until the next piece is made
      while (firsts < 2) std::this_thread::yield();
      seen_ahead = true;
      CHECK(firsts == 2);
    }
  };
  std::jthread const a([&] { turns.turn(first, second); });
  while (firsts < 1) std::this_thread::yield();
  std::vector<std::jthread> others;
  for (int i = 0; i < 3; ++i) others.emplace_back([&] { turns.turn(first, second); });
  others.clear();
  CHECK(seen_ahead);
  CHECK(firsts == 4);
}

TEST_CASE("relay: what the second step returns is returned, and what it throws leaves both free") {
  relay turns;
  CHECK(turns.turn([] { return 20; }, [](int n) { return n + 1; }) == 21);
  CHECK_THROWS_AS(turns.turn([] { return 1; }, [](int) { throw std::runtime_error("full"); }), std::runtime_error);
  CHECK(turns.turn([] { return 1; }, [](int n) { return n; }) == 1);
}
