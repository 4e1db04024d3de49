// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/history.hpp>

#include <doctest/doctest.h>

#include <cli/world.hpp>

using namespace world;

TEST_CASE("history: who did what when, oldest first") {
  desk d("history");
  d.place(row::preparing);
  d.place(row::prepared);
  d.session().remark("names", "a remark");
  d.run(cli::history);
  auto const text = d.data.str();
  auto const first = text.find("unrun -> preparing"), second = text.find("preparing -> prepared"),
             third = text.find("(a remark)");
  CHECK(first != std::string::npos);
  CHECK(first < second);
  CHECK(second < third);
  CHECK(third != std::string::npos);
}

TEST_CASE("history: for programs an event a line") {
  desk d("history", true);
  d.place(row::preparing);
  d.run(cli::history);
  auto const e = cli::json::parse(d.data.str());
  CHECK(e["event"] == "history");
  CHECK(e["from"] == "unrun");
  CHECK(e["to"] == "preparing");
  CHECK(e["epoch"] == 1);
}

TEST_CASE("history: nothing happened, nothing is told") {
  desk d("history");
  d.run(cli::history);
  CHECK(d.data.str().empty());
}
