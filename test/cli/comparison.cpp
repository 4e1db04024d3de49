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
  found.settled.differs = 3;
  found.in_flight.extra = 1;
  found.unknown.missing = 2;
  found.wrong = {1, 0, 4, 0, 0};
  found.repaired = {1, 0, 3, 0, 0};
  zddm::verify::mismatch one{};
  one.key = "7";
  one.kind = "differs";
  one.old_value = one.new_value = "a secret";
  found.listed.push_back(one);
  cli::note_comparison(d.session(), "names", found);
  auto const last = cli::last_comparison(d.session(), "names");
  REQUIRE(last);
  CHECK(last->command == "zd repair");
  CHECK(last->found.rows == 100);
  CHECK(last->found.seen().total() == 11);
  CHECK(last->found.open().missing == 0);
  CHECK(last->found.open().differs == 1);
  REQUIRE(last->found.listed.size() == 1);
  CHECK(last->found.listed[0].key == "7");
  CHECK_FALSE(last->found.listed[0].old_value);
  for (auto const& entry : d.memory.list("")) CHECK(entry.value.find("secret") == std::string::npos);
  auto const agreed = zddm::lifecycle::load_series(d.memory, "names").first.since(0);
  CHECK(agreed.compared == 100);
  CHECK(agreed.wrong == 1);
}
