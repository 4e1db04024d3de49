// SPDX-License-Identifier: BSL-1.0
#include <zddm/cache/write_back.hpp>

#include <string>

#include <doctest/doctest.h>

#include <zddm/cache/read_back.hpp>

#include "cache/world.hpp"

using namespace cache_test;

using zddm::reached;
using zddm::consistency::intent;
using zddm::consistency::key_locked;
template <class Consistency> using back = world<zddm::cache::read_through, zddm::cache::write_back_on<executor>, Consistency>;

TEST_CASE_TEMPLATE("cache write_back: a write returns before New has it, and Old answers until then", Consistency, intent,
                   key_locked) {
  back<Consistency> w;
  w->write("k", 0);
  w.later.flush();
  CHECK(w->write("k", 1) == zddm::write_outcome{reached::applied, reached::queued});
  CHECK(w.to.get("k") != 1);
  CHECK(w->read("k") == 1);
  w.later.flush();
  CHECK(w.to.get("k") == 1);
  CHECK(w->read("k") == 1);
}

TEST_CASE_TEMPLATE("cache write_back: writes that are queued together leave the last, whatever reads come between", Consistency,
                   intent, key_locked) {
  back<Consistency> w;
  w->write("k", 1);
  w->write("k", 2);
  CHECK(w->read("k") == 2);
  w->erase("k");
  CHECK_FALSE(w->read("k"));
  w->write("k", 3);
  w.later.run_one();
  CHECK(w->read("k") == 3);
  w.later.flush();
  CHECK(w->read("k") == 3);
  CHECK(w.to.get("k") == 3);
}

TEST_CASE_TEMPLATE("cache write_back: an update returns what is there, and is queued too", Consistency, intent, key_locked) {
  back<Consistency> w;
  w->write("k", 1);
  w.later.flush();
  CHECK(w->update("k", [](auto const& n) { return std::optional<int>(*n + 1); }) == 2);
  CHECK(w->read("k") == 2);
  w.later.flush();
  CHECK(w.to.get("k") == 2);
}

TEST_CASE_TEMPLATE("cache write_back: where the executor is full the writer waits for New", Consistency, intent, key_locked) {
  world<zddm::cache::read_through, zddm::cache::write_back_on<executor>, Consistency> w(1);
  CHECK(w->write("a", 1).new_store == reached::queued);
  CHECK(w->write("b", 2).new_store == reached::applied);
  CHECK(w.to.get("b") == 2);
}

TEST_CASE_TEMPLATE("cache write_back: a New that fails later leaves the key to Old", Consistency, intent, key_locked) {
  back<Consistency> w;
  w->write("k", 1);
  w.broken.script(zddm::testing::fail_always());
  CHECK_NOTHROW(w.later.flush());
  CHECK(w->read("k") == 1);
  w.broken.script({});
  CHECK(w->read("k") == 1);
}

TEST_CASE_TEMPLATE("cache write_back: where New is required the writer waits for it", Consistency, intent, key_locked) {
  back<Consistency> w;
  w.migration.take(step::migrate);
  w->write("k", 1);
  w.migration.take(step::cut_over);
  CHECK(w->read("k") == 1);
  CHECK(w->write("k", 2).new_store != reached::queued);
  w.later.flush();
  CHECK(w->read("k") == 2);
  CHECK(w->write("k", 3).new_store == reached::applied);
  CHECK(w.to.get("k") == 3);
}

TEST_CASE("cache write_back H5: a process that dies with its queue leaves the key to Old in every other process") {
  back<intent> dies;
  dies->write("k", 1);
  rows& old_rows = dies.from;
  zddm::lifecycle::handle other("m");
  other.take(step::prepare);
  zddm::proxy<rows, rows, zddm::lifecycle::local> p(old_rows, dies.to, other);
  CHECK(p.read("k") == 1);
  CHECK(p.write("k", 2).old_store == reached::applied);
  CHECK(p.read("k") == 2);
  dies.later.flush();
  CHECK(p.read("k") == 2);
}

TEST_CASE("cache write_back: what was queued is applied before the proxy is gone") {
  back<intent> w;
  w->write("k", 1);
  w.proxy.reset();
  CHECK(w.to.get("k") == 1);
}

TEST_CASE("cache write_back: reads and writes share one executor") {
  rows from, to;
  zddm::lifecycle::handle migration("m");
  migration.take(step::prepare);
  zddm::background later(2);
  {
    zddm::proxy<rows, rows, zddm::lifecycle::local, zddm::cache::flow<zddm::cache::read_back, zddm::cache::write_back>> p(
        from, to, migration, later);
    for (int i = 0; i < 200; ++i) {
      p.write(std::to_string(i % 20), i);
      CHECK(p.read(std::to_string(i % 20)) == i);
    }
  }
  for (int i = 0; i < 20; ++i)
    if (auto const n = to.get(std::to_string(i))) CHECK(n == 180 + i);
}
