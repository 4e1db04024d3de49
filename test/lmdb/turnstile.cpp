// SPDX-License-Identifier: BSL-1.0
#include <zddm/lmdb/turnstile.hpp>

#include <atomic>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

using zddm::lmdb::turnstile;

TEST_CASE("lmdb turnstile: who is alone meets nobody, and everyone gets in") {
  turnstile doors;
  std::atomic<int> inside{0}, rounds{0};
  std::atomic<bool> met{false};
  int guarded = 0; // written by who is alone, read by who is inside
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      while (rounds < 100) {
        if (t == 0) {
          turnstile::sole const s(doors);
          for (int look = 0; look < 20; ++look, std::this_thread::yield())
            if (inside != 0) met = true;
          guarded = ++rounds;
        } else {
          turnstile::pass const p(doors, false);
          ++inside;
          if (guarded != rounds) met = true;
          --inside;
        }
      }
    });
  for (auto& t : threads) t.join();
  CHECK(!met);
  CHECK(guarded == 100);
}

TEST_CASE("lmdb turnstile: a thread that is inside gets in again while another waits to be alone") {
  turnstile doors;
  std::atomic<bool> done{false};
  std::thread waiting;
  {
    turnstile::pass const outer(doors, true);
    CHECK(outer.outermost());
    CHECK(!outer.writes_outside());
    CHECK(doors.inside());
    waiting = std::thread([&] {
      turnstile::sole const s(doors);
      done = true;
    });
    for (int i = 0; i < 100; ++i) {
      turnstile::pass const inner(doors, false);
      CHECK(!inner.outermost());
      CHECK(inner.writes_outside());
      std::this_thread::yield();
    }
    CHECK(!done);
  }
  waiting.join();
  CHECK(done);
  CHECK(!doors.inside());
}

TEST_CASE("lmdb turnstile: another turnstile, and another thread, are another matter") {
  turnstile doors, others;
  turnstile::pass const here(doors, true);
  CHECK(!others.inside());
  turnstile::pass const there(others, false);
  CHECK(there.outermost());
  CHECK(!there.writes_outside());
  std::thread([&] {
    CHECK(!doors.inside());
    turnstile::pass const p(doors, true);
    CHECK(!p.writes_outside());
  }).join();
}
