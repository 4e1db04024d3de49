// SPDX-License-Identifier: BSL-1.0
#include <zddm/cache/write_invalidate.hpp>

#include <string>

#include <doctest/doctest.h>

#include "cache/world.hpp"

using namespace cache_test;

using lean = world<zddm::cache::read_through, zddm::cache::write_invalidate>;

TEST_CASE("cache write_invalidate: a write leaves New without the key, and the next read fills it") {
  lean w;
  w->write("k", 1);
  CHECK(w->read("k") == 1);
  CHECK(w.to.get("k") == 1);
  CHECK(w->write("k", 2) == zddm::write_outcome{zddm::reached::applied, zddm::reached::invalidated});
  CHECK_FALSE(w.to.get("k"));
  CHECK(w->read("k") == 2);
  CHECK(w.to.get("k") == 2);
  w->erase("k");
  CHECK_FALSE(w->read("k"));
}

TEST_CASE_TEMPLATE("cache write_invalidate: an update too", Consistency, zddm::consistency::intent,
                   zddm::consistency::key_locked) {
  world<zddm::cache::read_through, zddm::cache::write_invalidate, Consistency> w;
  w->write("k", 1);
  CHECK(w->update("k", [](auto const& n) { return std::optional<int>(*n + 1); }) == 2);
  CHECK_FALSE(w.to.get("k"));
  CHECK(w->read("k") == 2);
}
