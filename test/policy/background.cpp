// SPDX-License-Identifier: BSL-1.0
#include <zddm/policy/background.hpp>

#include <array>
#include <atomic>
#include <future>
#include <vector>

#include <doctest/doctest.h>

static_assert(zddm::executor<zddm::background>);

TEST_CASE("policy background: the tasks of a strand run in the order they were posted, and flush waits for them") {
  zddm::background pool(3, 3000);
  std::array<std::vector<int>, 5> seen;
  for (int i = 0; i < 100; ++i)
    for (std::uint64_t strand = 0; strand < seen.size(); ++strand)
      REQUIRE(pool.post(strand, [&seen, strand, i] { seen[strand].push_back(i); }));
  pool.flush();
  for (auto const& strand : seen) {
    REQUIRE(strand.size() == 100);
    for (int i = 0; i < 100; ++i) CHECK(strand[static_cast<std::size_t>(i)] == i);
  }
}

TEST_CASE("policy background: a full queue refuses at once, and what it took is done") {
  std::promise<void> go;
  std::atomic<int> done = 0;
  int taken = 0;
  {
    zddm::background pool(1, 4);
    std::promise<void> started;
    REQUIRE(pool.post(0, [&] {
      started.set_value();
      go.get_future().wait();
    }));
    started.get_future().wait();
    for (int i = 0; i < 10; ++i) taken += pool.post(0, [&] { ++done; });
    CHECK(taken == 4);
    CHECK(done == 0);
    go.set_value();
  }
  CHECK(done == 4);
}

TEST_CASE("policy background: flush waits for what was posted before it only") {
  zddm::background pool;
  pool.flush();
  std::atomic<int> done = 0;
  pool.post(7, [&] { ++done; });
  pool.flush();
  CHECK(done == 1);
}
