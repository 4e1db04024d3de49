// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/resume.hpp>

#include <algorithm>

#include <doctest/doctest.h>

#include <cli/world.hpp>

using namespace world;

TEST_CASE("resume: the backfill goes on, whatever else is set, and the history tells") {
  desk d("resume");
  d.place(row::migrating);
  zddm::backfill::change_settings(d.memory, "names", [](auto& s) {
    s.batch = 7;
    s.paused = true;
  });
  d.run(cli::resume);
  auto const now = zddm::backfill::settings_of(d.memory, "names");
  CHECK(now.paused == false);
  CHECK(now.batch == 7);
  CHECK(d.said("batch=7"));
  auto const lines = zddm::lifecycle::history(d.memory, "names");
  CHECK(std::ranges::count(lines, "backfill resumed", &zddm::lifecycle::audit::note) == 1);
}

TEST_CASE("resume: a dry run changes nothing") {
  desk d("resume");
  d.place(row::migrating);
  auto const before = zddm::backfill::change_settings(d.memory, "names", [](auto& s) { s.paused = true; });
  d.asked.dry_run = true;
  d.run(cli::resume);
  CHECK(zddm::backfill::settings_of(d.memory, "names") == before);
}
