// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/event_file.hpp>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

#include "tools/scratch.hpp"

using namespace zddm::cli;

TEST_CASE("event_file: a line an event, after what is there") {
  test::scratch const folder;
  auto const path = folder / "found.jsonl";
  event_file(path).event("mismatch", {{"key", "7"}});
  event_file again(path);
  again.event("comparison", {{"open", 1}});
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  CHECK(line == R"({"schema":1,"event":"mismatch","key":"7"})");
  std::getline(in, line);
  CHECK(json::parse(line)["open"] == 1);
  CHECK_FALSE(std::getline(in, line));
}

TEST_CASE("event_file: without a path nothing is written, and a path that cannot be written is refused at once") {
  CHECK_NOTHROW(event_file("").event("mismatch", {}));
  try {
    event_file("/nowhere/at/all.jsonl");
    FAIL("it was opened");
  } catch (failure const& e) {
    CHECK(e.code() == 322);
    CHECK(e.exit() == exit_code::failed);
  }
}
