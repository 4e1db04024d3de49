// SPDX-License-Identifier: BSL-1.0
#include <zddm/lifecycle/lease.hpp>

#include <vector>

#include <doctest/doctest.h>

#include <zddm/memory/state_store.hpp>

using namespace zddm::lifecycle;
using namespace std::chrono_literals;
using memory_store = zddm::memory::state_store;

namespace {

struct bench {
  bench() {
    store.clock([this] { return time; });
  }
  bool put(std::uint64_t process, std::uint64_t epoch, std::chrono::milliseconds expires, std::uint64_t revision = any_revision) {
    lease const one{process, epoch, 0, expires.count(), {"host", 7, ""}, "0.1.0", "web", "7"};
    std::vector<change> const entry{{lease_path("names", process), revision, entry::encode("lease", one)}};
    return store.commit(entry);
  }
  std::chrono::milliseconds time{1000};
  memory_store store;
};

} // namespace

TEST_CASE("lease: live are those whose time is not over") {
  bench b;
  b.put(1, 5, 1500ms);
  b.put(2, 6, 1000ms);
  b.put(3, 6, 999ms);
  auto const all = live(b.store, "names");
  REQUIRE(all.size() == 2);
  CHECK((all[0].process == 1 && all[0].epoch == 5));
  CHECK(all[1].process == 2);
  CHECK(all[0].who() == "host:7 (web)");
  CHECK(live(b.store, "other").empty());
}

TEST_CASE("lease: one that was counted out cannot be renewed any more") {
  bench b;
  b.put(1, 5, 1500ms);
  auto const revision = b.store.read(lease_path("names", 1))->revision;
  b.time = 1600ms;
  CHECK(leases(b.store, "names").size() == 1);
  CHECK(live(b.store, "names").empty());
  CHECK(leases(b.store, "names").empty());
  CHECK_FALSE(b.put(1, 5, 9000ms, revision));
}

TEST_CASE("lease: one renewed while it is being counted out stays") {
  struct renewing_store : memory_store {
    bool commit(std::span<change const> changes) {
      if (!changes[0].value && std::exchange(first, false)) {
        lease const again{1, 5, 0, 5000, {"host", 7, ""}, "0.1.0", "", ""};
        std::vector<change> const entry{{changes[0].path, any_revision, entry::encode("lease", again)}};
        memory_store::commit(entry);
      }
      return memory_store::commit(changes);
    }
    bool first = true;
  } s;
  s.clock([] { return 2000ms; });
  lease const one{1, 5, 0, 1500, {"host", 7, ""}, "0.1.0", "", ""};
  std::vector<change> const entry{{lease_path("names", 1), 0, entry::encode("lease", one)}};
  REQUIRE(s.commit(entry));
  auto const all = live(s, "names");
  REQUIRE(all.size() == 1);
  CHECK(all[0].expires == 5000);
}

TEST_CASE("lease: a damaged entry is an error, not a process less") {
  bench b;
  std::vector<change> const entry{{lease_path("names", 9), 0, "nonsense"}};
  REQUIRE(b.store.commit(entry));
  CHECK_THROWS_AS(live(b.store, "names"), zddm::error);
}
