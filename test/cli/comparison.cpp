// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/comparison.hpp>

#include <doctest/doctest.h>

#include <cli/world.hpp>

using namespace world;

TEST_CASE("comparison: the last one is kept without values, and is part of the course") {
  desk d("repair");
  CHECK_FALSE(cli::last_comparison(d.session(), "names"));
  zddm::verify::report found{};
  found.rows = 100;
  found.settled = 3;
  found.in_flight = 1;
  found.unknown = 2;
  found.open = {1, 0, 4, 0, 0};
  zddm::verify::mismatch one{};
  one.key = "7";
  one.kind = "differs";
  one.old_value = one.new_value = "a secret";
  found.listed.push_back(one);
  cli::note_comparison(d.session(), "names", found, 4);
  auto const last = cli::last_comparison(d.session(), "names");
  REQUIRE(last);
  CHECK(last->command == "zd repair");
  CHECK(last->seen() == 11);
  CHECK(last->wrong.differs == 4);
  CHECK(last->open() == 1);
  REQUIRE(last->listed.size() == 1);
  CHECK(last->listed[0].key == "7");
  CHECK_FALSE(last->listed[0].old_value);
  for (auto const& entry : d.memory.list("")) CHECK(entry.value.find("secret") == std::string::npos);
  auto const agreed = zddm::lifecycle::load_series(d.memory, "names").first.since(0);
  CHECK(agreed.compared == 100);
  CHECK(agreed.wrong == 1);
  cli::note_comparison(d.session(), "names", found, 9); // more than were wrong: agreed by themselves
  CHECK(cli::last_comparison(d.session(), "names")->open() == 0);
}
