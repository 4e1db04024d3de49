// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/unlock.hpp>

#include <doctest/doctest.h>
#include <unistd.h>

#include <cli/world.hpp>
#include <zddm/cli/hold.hpp>

using namespace world;

TEST_CASE("unlock: where nobody holds it there is nothing to do") {
  desk d("unlock");
  d.run(cli::unlock);
  CHECK(d.said("nobody holds it"));
  CHECK(d.record().changes == 0);
}

TEST_CASE("unlock: asks, then takes the hold away, and who had it moves nothing any more") {
  desk d("unlock");
  zddm::lifecycle::operator_lease<zddm::memory::state_store> other(d.memory, "names", "zd migrate names");
  auto const refused = d.failure_of(cli::unlock);
  CHECK(refused.code() == 308);
  CHECK(refused.exit() == cli::exit_code::refused);
  CHECK_NOTHROW(other.renew());

  d.asked.yes_to_all = true;
  d.run(cli::unlock);
  CHECK(d.said("who runs zd migrate names, taken away"));
  CHECK_THROWS_AS(other.renew(), zddm::lifecycle::held);
  CHECK_FALSE(zddm::lifecycle::operator_of(d.memory, "names"));
  auto const trail = zddm::lifecycle::history(d.memory, "names");
  REQUIRE(trail.size() == 1);
  CHECK(trail[0].note.find("was taken away") != std::string::npos);
}

TEST_CASE("unlock: the name suffices, and another name does not") {
  for (auto const* typed : {"names\n", "nemas\n"}) {
    desk d("unlock", false, typed, true);
    zddm::lifecycle::operator_lease<zddm::memory::state_store> const other(d.memory, "names", "zd migrate names");
    if (std::string_view(typed) == "names\n")
      CHECK_NOTHROW(d.run(cli::unlock));
    else
      CHECK(d.failure_of(cli::unlock).code() == 308);
    CHECK(d.said("runs zd migrate names since"));
  }
}

TEST_CASE("unlock: a dry run says it and changes nothing") {
  desk d("unlock");
  zddm::lifecycle::operator_lease<zddm::memory::state_store> other(d.memory, "names", "zd migrate names");
  put_lease(d, dead_pid(), 10s, 5);
  d.asked.dry_run = true;
  d.run(cli::unlock);
  CHECK(d.said("would be taken away"));
  CHECK(d.said("1 leases of processes that are gone would be freed"));
  CHECK_NOTHROW(other.renew());
  CHECK(zddm::lifecycle::leases(d.memory, "names").size() == 1);
}

TEST_CASE("unlock: leases of the dead go, those of the living stay") {
  desk d("unlock");
  put_lease(d, dead_pid(), 10s, 5);
  put_lease(d, ::getpid(), 10s, 6);
  put_lease(d, 1, 10s, 7, "elsewhere");
  d.run(cli::unlock);
  auto const left = zddm::lifecycle::leases(d.memory, "names");
  REQUIRE(left.size() == 2);
  CHECK(left[0].process == 6);
}

TEST_CASE("unlock: a lease with hours to run goes if nobody renews it while it is watched") {
  desk d("unlock");
  put_lease(d, 1, 20h, 5, "elsewhere");
  put_lease(d, 2, 20h, 6, "elsewhere");
  CHECK(d.failure_of(cli::unlock).code() == 308);
  d.asked.yes_to_all = true;
  d.asked.wait = 1ms;
  heard talk([&](int times) { // that it watches them
    if (times != 1) return;
    auto const seen = d.memory.read(zddm::lifecycle::lease_path("names", 6));
    std::array<zddm::lifecycle::change, 1> const renewed{{{seen->path, seen->revision, seen->value}}};
    d.memory.commit(renewed);
  });
  cli::console out({d.in, d.data, talk, false, false, false}, d.out.how());
  cli::session s{d.state, out, d.asked, d.stop};
  cli::unlock(s, d.m);
  auto const left = zddm::lifecycle::leases(d.memory, "names");
  REQUIRE(left.size() == 1);
  CHECK(left[0].process == 6);
}
