// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/pause.hpp>

#include <algorithm>

#include <doctest/doctest.h>

#include <cli/world.hpp>

using namespace world;

TEST_CASE("pause: the backfill waits, whatever else is set, and the history tells") {
  desk d("pause");
  d.place(row::migrating);
  zddm::backfill::change_settings(d.memory, "names", [](auto& s) {
    s.batch = 7;
    s.paused = false;
  });
  d.run(cli::pause);
  auto const now = zddm::backfill::settings_of(d.memory, "names");
  CHECK(now.paused == true);
  CHECK(now.batch == 7);
  CHECK(d.said("batch=7"));
  auto const lines = zddm::lifecycle::history(d.memory, "names");
  CHECK(std::ranges::count(lines, "backfill paused", &zddm::lifecycle::audit::note) == 1);
}

TEST_CASE("pause: a dry run changes nothing") {
  desk d("pause");
  d.place(row::migrating);
  auto const before = zddm::backfill::change_settings(d.memory, "names", [](auto& s) { s.paused = false; });
  d.asked.dry_run = true;
  d.run(cli::pause);
  CHECK(zddm::backfill::settings_of(d.memory, "names") == before);
}
