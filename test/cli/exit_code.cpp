// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/exit_code.hpp>

#include <doctest/doctest.h>

using zddm::cli::exit_code;

TEST_CASE("exit_code: scripts count on these numbers") {
  CHECK(static_cast<int>(exit_code::done) == 0);
  CHECK(static_cast<int>(exit_code::failed) == 1);
  CHECK(static_cast<int>(exit_code::usage) == 2);
  CHECK(static_cast<int>(exit_code::refused) == 3);
  CHECK(static_cast<int>(exit_code::held) == 4);
  CHECK(static_cast<int>(exit_code::mismatches) == 5);
  CHECK(static_cast<int>(exit_code::unacknowledged) == 6);
  CHECK(static_cast<int>(exit_code::unreachable) == 7);
  CHECK(static_cast<int>(exit_code::interrupted) == 130);
  CHECK(static_cast<int>(exit_code::terminated) == 143);
}
