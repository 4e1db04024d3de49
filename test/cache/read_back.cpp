// SPDX-License-Identifier: BSL-1.0
#include <zddm/cache/read_back.hpp>

#include <string>

#include <doctest/doctest.h>

#include "cache/world.hpp"

using namespace cache_test;

using zddm::consistency::intent;
using zddm::consistency::key_locked;
template <class Consistency> using back = world<zddm::cache::read_back_on<executor>, zddm::cache::write_through, Consistency>;

TEST_CASE_TEMPLATE("cache read_back: the reader is answered before New is filled", Consistency, intent, key_locked) {
  back<Consistency> w;
  w.from.put("k", 1);
  CHECK(w->read("k") == 1);
  CHECK_FALSE(w.to.get("k"));
  CHECK(w.later.waiting() == 1);
  w.later.flush();
  CHECK(w.to.get("k") == 1);
  CHECK(w.counts.fills == 1);
}

TEST_CASE_TEMPLATE("cache read_back H1: a fill that a write overtook leaves what was written", Consistency, intent, key_locked) {
  back<Consistency> w;
  w.from.put("k", 1);
  CHECK(w->read("k") == 1);
  w->write("k", 2);
  w.later.flush();
  CHECK(w.to.get("k") == 2);
  CHECK(w->read("k") == 2);
}

TEST_CASE_TEMPLATE("cache read_back H2: a fill that an erase overtook brings nothing back", Consistency, intent, key_locked) {
  back<Consistency> w;
  w.from.put("k", 1);
  CHECK(w->read("k") == 1);
  w->erase("k");
  w.later.flush();
  CHECK_FALSE(w.to.get("k"));
  CHECK_FALSE(w->read("k"));
}

TEST_CASE("cache read_back: what a full executor does not take is counted and filled by a later read") {
  world<zddm::cache::read_back_on<executor>, zddm::cache::write_through> w(1);
  w.from.put("a", 1);
  w.from.put("b", 2);
  CHECK(w->read("a") == 1);
  CHECK(w->read("b") == 2);
  CHECK(w.counts.shed == 1);
  w.later.flush();
  CHECK(w->read("b") == 2);
  w.later.flush();
  CHECK(w.to.get("b") == 2);
}

TEST_CASE_TEMPLATE("cache read_back: a New that fails the fill is nobody's error", Consistency, intent, key_locked) {
  back<Consistency> w;
  w.from.put("k", 1);
  CHECK(w->read("k") == 1);
  w.broken.script(zddm::testing::fail_always());
  CHECK_NOTHROW(w.later.flush());
  CHECK(w->read("k") == 1);
}

TEST_CASE("cache read_back: a fill that comes after a rollback leaves New empty") {
  back<intent> w;
  w.from.put("k", 1);
  CHECK(w->read("k") == 1);
  w.migration.take(step::roll_back);
  w.to.clear();
  w.later.flush();
  CHECK(w.to.size() == 0);
}

TEST_CASE("cache read_back: what was posted is done before the proxy is gone") {
  back<intent> w;
  w.from.put("k", 1);
  CHECK(w->read("k") == 1);
  w.proxy.reset();
  CHECK(w.later.waiting() == 0);
  CHECK(w.to.get("k") == 1);
}

TEST_CASE("cache read_back: threads of its own do the same") {
  rows from, to;
  zddm::lifecycle::handle migration("m");
  migration.take(step::prepare);
  zddm::background later(2);
  {
    zddm::proxy<rows, rows, zddm::lifecycle::local, zddm::cache::flow<zddm::cache::read_back, zddm::cache::write_through>> p(
        from, to, migration, later);
    for (int i = 0; i < 100; ++i) from.put(std::to_string(i), i);
    for (int i = 0; i < 100; ++i) CHECK(p.read(std::to_string(i)) == i);
  }
  CHECK(to.size() == 100);
}
