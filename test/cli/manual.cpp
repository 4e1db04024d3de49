// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/manual.hpp>

#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

#include <tools/scratch.hpp>

using namespace zddm::cli;

TEST_CASE("manual: every command, option, variable and exit code") {
  auto const page = manual_page();
  auto const has = [&](std::string const& text) { return page.find(text) != std::string::npos; };
  for (auto const& c : commands) CHECK(has(".B " + std::string(c.name)));
  CHECK(has(".B gate NAME [RATE]\n"));
  CHECK(has(".B status [NAME]\n"));
  CHECK(has(".B \\-q, \\-\\-quiet\n"));
  CHECK(has(".B \\-\\-state URL\n"));
  CHECK(has("[ZD_DRY_RUN]"));
  for (auto const& [code, words] : exit_codes)
    CHECK(has(".B " + std::to_string(static_cast<int>(code)) + '\n' + std::string(words)));
}

TEST_CASE("manual: the page that is installed is the one that zd prints; after a change: zd manual >docs/reference/zd.1") {
  auto const* const root = std::getenv("ZDDM_SOURCE_DIR");
  REQUIRE(root);
  bool const same = test::read_file(std::string(root) + "/docs/reference/zd.1") == manual_page();
  CHECK(same);
}
