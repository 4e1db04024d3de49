// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/failure.hpp>

#include <string>

#include <doctest/doctest.h>

using namespace zddm::cli;

TEST_CASE("failure: it is an error of zddm with an exit code and what is in the way") {
  failure const e(304, exit_code::refused, "cannot switch names", {{"backfill", "zd migrate names"}}, "nothing was changed.");
  CHECK(std::string(e.what()) == "ZD-304: cannot switch names");
  CHECK(e.code() == 304);
  CHECK(e.exit() == exit_code::refused);
  CHECK(e.text() == "cannot switch names");
  REQUIRE(e.findings().size() == 1);
  CHECK(e.findings()[0].remedy == "zd migrate names");
  CHECK(e.note() == "nothing was changed.");
}
