// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/set.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <cli/world.hpp>

using namespace world;
using zddm::backfill::settings;
using zddm::backfill::settings_of;

TEST_CASE("set: without settings it shows what holds, and changes nothing") {
  desk d("set");
  d.place(row::prepared);
  d.run(cli::set);
  CHECK(d.data.str() == "names: rate=0 bytes=0 batch=10000 page=8388608 workers=0 old-p99=0ms new-p99=0ms\n");
  CHECK(d.memory.list("m/names/backfill_settings").empty());
}

TEST_CASE("set: each setting in its unit, the others stay, and the history tells") {
  desk d("set");
  d.place(row::migrating);
  d.asked.assignments = {"rate=5000", "bytes=64M", "batch=1000", "page=256K", "workers=3", "old-p99=25ms", "new-p99=2s"};
  d.run(cli::set);
  CHECK(settings_of(d.memory, "names") == settings{1000, 5000, false, 64 << 20, 256 << 10, 3, 25'000, 2'000'000});
  d.asked.assignments = {"rate=0"};
  d.run(cli::set);
  CHECK(settings_of(d.memory, "names") == settings{1000, 0, false, 64 << 20, 256 << 10, 3, 25'000, 2'000'000});
  auto const lines = zddm::lifecycle::history(d.memory, "names");
  CHECK(std::ranges::count(lines, "rate=0", &zddm::lifecycle::audit::note) == 1);
}

TEST_CASE("set: what is no setting is refused whole") {
  for (std::string const bad :
       {"rate", "rate=", "rate=fast", "rate=-1", "batch=0", "page=0", "workers=1001", "speed=5", "=5", "old-p99=x",
        "new-p99=1000000000h", "bytes=1T", "bytes=17179869184G", "rate=1e9", "rate=99999999999999999999"}) {
    desk d("set");
    d.place(row::migrating);
    d.asked.assignments = {"batch=5", bad};
    auto const e = d.failure_of(cli::set);
    CAPTURE(bad);
    CHECK(e.code() == 415);
    CHECK(e.exit() == cli::exit_code::usage);
    CHECK(settings_of(d.memory, "names") == settings{});
  }
}

TEST_CASE("set: for programs, and as a dry run") {
  desk d("set", true);
  d.place(row::migrating);
  d.asked.assignments = {"rate=7"};
  d.asked.dry_run = true;
  d.run(cli::set);
  auto const e = cli::json::parse(d.data.str());
  CHECK(e["event"] == "settings");
  CHECK(e["settings"]["rows_per_second"] == 7);
  CHECK(e["settings"]["paused"] == false);
  CHECK(settings_of(d.memory, "names") == settings{});

  desk people("set");
  people.place(row::migrating);
  people.asked.assignments = {"rate=7"};
  people.asked.dry_run = true;
  people.run(cli::set);
  CHECK(people.said("names: would be rate=7 "));
  CHECK(people.said("; nothing was changed"));
}
