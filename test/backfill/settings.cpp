// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/settings.hpp>

#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/memory/state_store.hpp>

using zddm::backfill::change_settings;
using zddm::backfill::settings;
using zddm::backfill::settings_of;

TEST_CASE("settings are the defaults until some are set, each migration its own") {
  zddm::memory::state_store state;
  CHECK(settings_of(state, "people") == settings{});
  auto const set = change_settings(state, "people", [](settings& s) {
    s.rows_per_second = 0.5;
    s.paused = true;
    s.old_p99 = 25'000;
  });
  CHECK(set == settings{10'000, 0.5, true, 0, 8 << 20, 0, 25'000, 0});
  CHECK(settings_of(state, "people") == set);
  CHECK(settings_of(state, "orders") == settings{});
}

TEST_CASE("settings: no change of several at once is lost") {
  zddm::memory::state_store state;
  std::vector<std::jthread> all;
  for (int i = 0; i < 4; ++i)
    all.emplace_back([&] {
      for (int n = 0; n < 50; ++n) change_settings(state, "people", [](settings& s) { ++s.workers; });
    });
  all.clear();
  CHECK(settings_of(state, "people").workers == 200);
}
