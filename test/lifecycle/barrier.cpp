// SPDX-License-Identifier: BSL-1.0
#include <zddm/lifecycle/barrier.hpp>

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/memory/state_store.hpp>

using namespace zddm::lifecycle;
using namespace std::chrono_literals;

namespace {

/// Time passes only where the barrier sleeps.
struct bench {
  bench() {
    store.clock([this] { return time; });
  }
  void put(std::uint64_t process, std::uint64_t epoch, std::chrono::milliseconds expires = 1h) {
    lease const one{process, epoch, 0, expires.count(), {"host", static_cast<std::int64_t>(process), ""}, "0.1.0", "", ""};
    std::vector<change> const entry{{lease_path("names", process), any_revision, entry::encode("lease", one)}};
    REQUIRE(store.commit(entry));
  }
  std::chrono::milliseconds time{1000};
  zddm::memory::state_store store;
};

} // namespace

TEST_CASE("barrier: nobody to wait for") {
  bench b;
  barrier(b.store, "names", 5, 1s, [](auto) { FAIL("nothing to wait for"); });
  b.put(1, 5);
  b.put(2, 7);
  barrier(b.store, "names", 5, 1s, [](auto) { FAIL("nothing to wait for"); });
}

TEST_CASE("barrier: it returns when the last one acknowledged") {
  bench b;
  b.put(1, 4);
  b.put(2, 5);
  int sleeps = 0;
  barrier(b.store, "names", 5, 10s, [&](std::chrono::milliseconds t) {
    b.time += t;
    if (++sleeps == 7) b.put(1, 5);
  });
  CHECK(sleeps == 7);
}

TEST_CASE("barrier: a process whose lease is over is not waited for, and cannot come back under it") {
  bench b;
  b.put(1, 4, 1500ms);
  int sleeps = 0;
  barrier(b.store, "names", 5, 10s, [&](std::chrono::milliseconds t) {
    b.time += t;
    ++sleeps;
  });
  CHECK(sleeps > 0);
  CHECK(b.time > 1500ms);
  CHECK(leases(b.store, "names").empty());
}

TEST_CASE("barrier: after the time it says who is behind") {
  bench b;
  b.put(1, 4);
  b.put(2, 5);
  b.put(3, 0);
  try {
    barrier(b.store, "names", 5, 2s, [&](std::chrono::milliseconds t) { b.time += t; });
    FAIL("it passed");
  } catch (unacknowledged const& e) {
    CHECK(e.code() == 204);
    REQUIRE(e.missing().size() == 2);
    CHECK(e.missing()[0].process == 1);
    CHECK(e.missing()[1].process == 3);
    CHECK(std::string(e.what()).find("host:1 at epoch 4") != std::string::npos);
    CHECK(std::string(e.what()).find("host:2") == std::string::npos);
  }
  CHECK(b.time >= 3s);
  CHECK(leases(b.store, "names").size() == 3);
}
