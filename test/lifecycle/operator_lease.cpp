// SPDX-License-Identifier: BSL-1.0
#include <zddm/lifecycle/operator_lease.hpp>

#include <string>

#include <doctest/doctest.h>

#include <zddm/memory/state_store.hpp>

using namespace zddm::lifecycle;
using namespace std::chrono_literals;
using memory_store = zddm::memory::state_store;
using lease_type = operator_lease<memory_store>;

TEST_CASE("operator_lease: one at a time, and the other is told who") {
  memory_store s;
  lease_type const first(s, "names", "zd migrate names");
  try {
    lease_type const second(s, "names", "zd prepare");
    FAIL("two operators at once");
  } catch (held const& e) {
    CHECK(e.code() == 203);
    CHECK(e.by().command == "zd migrate names");
    CHECK(e.by().owner == identity::self());
    CHECK(std::string(e.what()).find("zd migrate names") != std::string::npos);
  }
  lease_type const elsewhere(s, "orders", "zd prepare");
  CHECK(operator_of(s, "names")->command == "zd migrate names");
}

TEST_CASE("operator_lease: it is given back at the end") {
  memory_store s;
  {
    lease_type const first(s, "names", "zd migrate");
  }
  CHECK_FALSE(operator_of(s, "names"));
  lease_type second(s, "names", "zd migrate");
  second.release();
  second.release();
  CHECK_FALSE(operator_of(s, "names"));
}

TEST_CASE("operator_lease: one that is not renewed is taken over, and its owner notices") {
  memory_store s;
  auto time = 1000ms;
  s.clock([&] { return time; });
  lease_type first(s, "names", "zd migrate", 500ms);
  time = 1400ms;
  first.renew();
  time = 1800ms;
  CHECK_THROWS_AS(lease_type(s, "names", "zd switch", 500ms), held);
  time = 1901ms;
  CHECK_FALSE(operator_of(s, "names"));
  lease_type second(s, "names", "zd switch", 500ms);
  CHECK_THROWS_AS(first.renew(), held);
  first.release();
  CHECK(operator_of(s, "names")->command == "zd switch");
  second.renew();
}

TEST_CASE("operator_lease: a late renewal counts as long as nobody took it over") {
  memory_store s;
  auto time = 1000ms;
  s.clock([&] { return time; });
  lease_type first(s, "names", "zd migrate", 500ms);
  time = 9000ms;
  first.renew();
  CHECK(operator_of(s, "names"));
}

TEST_CASE("operator_lease: a dead owner on this machine is not waited for") {
  memory_store s;
  operator_entry dead{identity::self(), "zd migrate", 1'000'000'000'000'000, "2026-11-21T11:40:07Z"};
  dead.owner.pid = 0x3fffffff; // above the kernel's largest
  std::vector<change> const entry{{entry::path("names", "operator"), 0, entry::encode("operator", dead)}};
  REQUIRE(s.commit(entry));
  CHECK_FALSE(operator_of(s, "names"));
  lease_type const mine(s, "names", "zd migrate");
  CHECK(operator_of(s, "names")->owner == identity::self());
}
