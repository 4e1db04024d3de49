// SPDX-License-Identifier: BSL-1.0
#include <zddm/sqlite/fork_guard.hpp>

#include <doctest/doctest.h>

#include "../tools/processes.hpp"

using zddm::sqlite::fork_guard;

TEST_CASE("sqlite fork_guard counts generations in children only") {
  auto const here = fork_guard::generation();
  fork_guard const guard([] { return false; }, [] {});
  CHECK(test::process([&] { return fork_guard::generation() == here + 1 && !fork_guard::unfit(); }).wait() == 0);
  CHECK(fork_guard::generation() == here);
}

TEST_CASE("sqlite fork_guard calls before and after in pairs, and not when it has ended") {
  int before = 0, after = 0;
  {
    fork_guard const guard([&] { return ++before, false; }, [&] { ++after; });
    CHECK(test::process([&] { return before == 1 && after == 1; }).wait() == 0);
    CHECK(before == 1);
    CHECK(after == 1);
  }
  CHECK(test::process([] { return true; }).wait() == 0);
  CHECK(before == 1);
}

TEST_CASE("sqlite fork_guard marks a child born while something was in use, and only that") {
  bool used = true;
  fork_guard const guard([&] { return used; }, [] {});
  CHECK(test::process([] { return fork_guard::unfit(); }).wait() == 0);
  CHECK_FALSE(fork_guard::unfit());
  used = false;
  CHECK(test::process([] { return !fork_guard::unfit(); }).wait() == 0);
}
