// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/hold.hpp>

#include <thread>

#include <doctest/doctest.h>

#include <cli/world.hpp>

using namespace world;

TEST_CASE("hold: one command at a time") {
  desk d("migrate");
  auto const s = d.session();
  {
    cli::hold h(s, "names");
    h.confirm();
    CHECK(zddm::lifecycle::operator_of(d.memory, "names")->command == "zd migrate");
    CHECK_THROWS_AS(cli::hold(s, "names"), zddm::lifecycle::held);
    cli::hold const other(s, "orders");
  }
  CHECK_FALSE(zddm::lifecycle::operator_of(d.memory, "names"));
}

TEST_CASE("hold: it is renewed by itself for as long as it lasts") {
  desk d("migrate");
  auto const s = d.session();
  cli::hold const h(s, "names", 60ms);
  auto const ends = [&] {
    auto const entry = d.memory.read("m/names/operator");
    REQUIRE(entry);
    return zddm::lifecycle::entry::decode<zddm::lifecycle::operator_entry>("operator", entry->path, entry->value).expires;
  };
  auto const first = ends();
  while (ends() < first + 200) std::this_thread::sleep_for(5ms);
  CHECK_FALSE(d.stop.requested());
}

TEST_CASE("hold: a command whose migration was taken over is stopped, and may not go on") {
  desk d("migrate");
  auto const s = d.session();
  cli::hold h(s, "names", 60ms);
  auto const entry = d.memory.read("m/names/operator");
  std::vector<zddm::lifecycle::change> const theft{{entry->path, zddm::lifecycle::any_revision, entry->value}};
  d.memory.commit(theft);
  while (!d.stop.requested()) std::this_thread::sleep_for(1ms);
  CHECK(d.stop.signal() == 0);
  CHECK_THROWS_AS(h.confirm(), zddm::lifecycle::held);
  CHECK_THROWS_AS(h.confirm(), zddm::lifecycle::held);
}
