// SPDX-License-Identifier: BSL-1.0
#include <zddm/lifecycle/identity.hpp>

#include <sys/wait.h>

#include <doctest/doctest.h>

using zddm::lifecycle::identity;

TEST_CASE("identity: this process is here") {
  auto const me = identity::self();
  CHECK(me.pid == ::getpid());
  CHECK(me.who() == me.host + ':' + std::to_string(::getpid()));
  CHECK_FALSE(me.gone());
  CHECK(me == identity::self());
}

TEST_CASE("identity: a process that ended is known to be gone, on the same machine only") {
  auto const child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(0);
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  auto other = identity::self();
  other.pid = child;
  CHECK(other.gone());
  other.space = "another boot";
  CHECK_FALSE(other.gone());
  other.space.clear();
  CHECK_FALSE(other.gone());
}
