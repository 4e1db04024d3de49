// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/complete.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <cli/world.hpp>

using namespace world;

TEST_CASE("complete: confirmed by name, with nothing unknown, New is the only store") {
  desk d("complete");
  d.asked.yes = {"names"};
  d.place(row::switched);
  process const p(d.memory);
  d.run(cli::complete);
  CHECK(d.at() == row::completed);
  CHECK(p.handle.current().at == row::completed);
  CHECK(d.m.count("drain") == 2);
}

TEST_CASE("complete: New is sealed once every process is in completing, before it is drained there") {
  desk d("complete");
  d.asked.yes = {"names"};
  d.place(row::switched);
  std::vector<std::string> after;
  d.m.during = [&](std::string const& what) {
    if (what == "seal") CHECK(d.at() == row::completing);
    after.push_back(what);
  };
  d.run(cli::complete);
  CHECK(d.m.count("seal") == 1);
  CHECK(std::ranges::find(std::ranges::find(after, "seal"), after.end(), "drain") != after.end());
}

TEST_CASE("complete: without the name nothing happens") {
  desk d("complete");
  d.place(row::switched);
  CHECK(d.failure_of(cli::complete).code() == 308);
  CHECK(d.at() == row::switched);
  desk typed("complete", false, "names\n", true);
  typed.place(row::switched);
  typed.run(cli::complete);
  CHECK(typed.at() == row::completed);
}

TEST_CASE("complete: open mismatches refuse it") {
  desk d("complete");
  d.asked.yes = {"names"};
  d.place(row::switched, [](auto& r) { r.proof.mismatches = 1; });
  CHECK(d.failure_of(cli::complete).code() == 304);
  CHECK(d.at() == row::switched);
}

TEST_CASE("complete: a key that New does not know stops it between the rows, whatever is overridden") {
  desk d("complete");
  d.asked.yes = {"names"};
  d.asked.overrides = {"unknown", "mismatches"};
  d.place(row::switched);
  d.m.unknown = {{0, 0, 0}, {0, 1, 0}};
  auto const e = d.failure_of(cli::complete);
  CHECK(e.code() == 304);
  CHECK(d.at() == row::completing);
  CHECK(d.record().proof.unknown == 1);
  d.m.unknown = {{}};
  d.run(cli::complete);
  CHECK(d.at() == row::completed);
}

TEST_CASE("complete: within one store there is nothing to drain") {
  desk d("complete");
  d.asked.yes = {"names"};
  d.m.stores = false;
  d.place(row::switched);
  d.run(cli::complete);
  CHECK(d.at() == row::completed);
  CHECK(d.m.count("drain") == 0);
}

TEST_CASE("complete: what is completed already asks nothing") {
  desk d("complete");
  d.place(row::completed);
  d.run(cli::complete);
  CHECK(d.said("already completed"));
}

TEST_CASE("complete: a dry run asks the gates, not the user") {
  desk d("complete");
  d.asked.dry_run = true;
  d.place(row::switched);
  d.run(cli::complete);
  CHECK(d.said("would go switched -> completing -> completed"));
  CHECK(d.at() == row::switched);
}
