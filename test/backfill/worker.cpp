// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/worker.hpp>

#include <chrono>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>

#include <zddm/memory/state_store.hpp>

#include "tools/watched.hpp"

using namespace std::chrono_literals;
namespace backfill = zddm::backfill;

TEST_CASE("worker: what a process tells is known while it lives, and gone when it ends") {
  zddm::memory::state_store state;
  auto time = 1000ms;
  state.clock([&] { return time; });
  backfill::status s{};
  s.own_copied = 42;
  s.throttle = "latency of Old";
  s.throttled = {{"latency of Old", 1500ms}, {"rows per second", 20s}};
  auto const told = backfill::worker::of(s);
  CHECK(told.throttled == std::vector<backfill::waited>{{"latency of Old", 1500}, {"rows per second", 20'000}});
  backfill::publish(state, "people", "a", told, 10s);
  backfill::publish(state, "people", "b", backfill::worker::of({}), 5s);
  auto const all = backfill::workers_of(state, "people");
  REQUIRE(all.size() == 2);
  CHECK(all[0].copied == 42);
  CHECK(all[0].throttle == "latency of Old");
  CHECK(all[0].owner == zddm::lifecycle::identity::self());
  CHECK(backfill::workers_of(state, "orders").empty());
  time += 6s;
  CHECK(backfill::workers_of(state, "people").size() == 1);
  backfill::retire(state, "people", "a"); // and takes away what b left
  CHECK(state.list("m/people/").empty());
}

TEST_CASE("worker: two that end at once both go, whoever takes away what a dead one left") {
  zddm::memory::state_store state;
  auto time = 1000ms;
  state.clock([&] { return time; });
  for (auto const* const id : {"a", "b", "dead"}) backfill::publish(state, "people", id, backfill::worker::of({}), 5s);
  time += 4s;
  for (auto const* const id : {"a", "b"}) backfill::publish(state, "people", id, backfill::worker::of({}), 5s);
  time += 2s;
  bool between = false;
  test::watched_state<zddm::memory::state_store> told(state, [&](std::string_view call, bool after) {
    if (call == "list" && after && !std::exchange(between, true)) backfill::retire(state, "people", "b");
  });
  backfill::retire(told, "people", "a");
  CHECK(between);
  CHECK(state.list("m/people/").empty());
}
