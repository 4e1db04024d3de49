// SPDX-License-Identifier: BSL-1.0
#include <zddm/proxy/call.hpp>

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

namespace {
using table = zddm::memory::store<std::string, int>;

/// Keeps every repeatable call for another time, and says no to its caller.
struct puts_off {
  using axis = zddm::axis::failure;
  using kept = std::vector<std::function<void()>>;
  template <class Model> struct bind {
    explicit bind(kept& k) : calls(&k) {}
    template <class Call> auto on_new(Call const& call) -> zddm::attempt<decltype(call())> {
      if constexpr (Call::repeatable) {
        if (!call.required()) {
          calls->push_back([late = call.detached()]() mutable { late(); });
          return zddm::attempt<decltype(call())>(std::make_exception_ptr(std::runtime_error("not yet")));
        }
      }
      return zddm::attempt<decltype(call())>(call());
    }
    kept* calls;
  };
};
} // namespace

TEST_CASE("proxy call: a detached call is an operation of its own, and does what the call would have done") {
  table from, to;
  zddm::lifecycle::handle migration("m");
  puts_off::kept calls;
  zddm::proxy<table, table, zddm::lifecycle::local, puts_off> p(from, to, migration, calls);
  migration.take(zddm::lifecycle::step::prepare);
  from.put("k", 1);
  CHECK(p.read("k") == 1);
  REQUIRE(calls.size() == 1);
  CHECK_NOTHROW(calls[0]());
}

TEST_CASE("proxy call: a detached call does nothing once the settings are others") {
  table from, to;
  zddm::lifecycle::handle migration("m");
  puts_off::kept calls;
  zddm::proxy<table, table, zddm::lifecycle::local, puts_off> p(from, to, migration, calls);
  migration.take(zddm::lifecycle::step::prepare);
  from.put("k", 1);
  CHECK(p.read("k") == 1);
  migration.take(zddm::lifecycle::step::migrate);
  REQUIRE(calls.size() == 1);
  CHECK_THROWS_AS(calls[0](), zddm::store_error);
}

namespace {
struct late_fills {
  using axis = zddm::axis::cache;
  using kept = std::vector<zddm::task>;
  template <class Model> struct bind {
    static constexpr bool carries_value = true;
    explicit bind(kept& k) : tasks(&k) {}
    template <class Fill> void on_miss(Fill const& fill) { tasks->push_back(fill.later()); }
    template <class Apply> auto on_write(Apply const& apply) {
      tasks->push_back(apply.later());
      return apply.queued();
    }
    kept* tasks;
  };
};
} // namespace

TEST_CASE("proxy call: a write that is put off asks Old until it is applied, and a later write wins") {
  table from, to;
  zddm::lifecycle::handle migration("m");
  late_fills::kept tasks;
  zddm::proxy<table, table, zddm::lifecycle::local, late_fills> p(from, to, migration, tasks);
  migration.take(zddm::lifecycle::step::prepare);
  migration.take(zddm::lifecycle::step::migrate);
  CHECK(p.write("k", 1) == zddm::write_outcome{zddm::reached::applied, zddm::reached::queued});
  CHECK_FALSE(to.get("k"));
  CHECK(p.read("k") == 1);
  SUBCASE("applied") {
    for (auto const& t : std::exchange(tasks, {})) t();
    CHECK(to.get("k") == 1);
  }
  SUBCASE("overtaken") {
    p.write("k", 2);
    for (auto const& t : std::exchange(tasks, {})) t();
    CHECK(p.read("k") == 2);
    for (auto const& t : std::exchange(tasks, {})) t();
    CHECK(to.get("k") == 2);
  }
}

TEST_CASE("proxy call: what was put off is dropped where the row does not write both stores any more") {
  table from, to;
  zddm::lifecycle::handle migration("m");
  late_fills::kept tasks;
  zddm::proxy<table, table, zddm::lifecycle::local, late_fills> p(from, to, migration, tasks);
  migration.take(zddm::lifecycle::step::prepare);
  from.put("k", 1);
  CHECK(p.read("k") == 1);
  migration.take(zddm::lifecycle::step::roll_back);
  for (auto const& t : std::exchange(tasks, {})) t();
  CHECK(to.size() == 0);
}

TEST_CASE("proxy call: where the row requires New nothing of a write is put off") {
  table from, to;
  zddm::lifecycle::handle migration("m");
  late_fills::kept tasks;
  zddm::proxy<table, table, zddm::lifecycle::local, late_fills> p(from, to, migration, tasks);
  for (auto const s : {zddm::lifecycle::step::prepare, zddm::lifecycle::step::migrate, zddm::lifecycle::step::cut_over})
    migration.take(s);
  CHECK(p.write("k", 1).new_store == zddm::reached::applied);
  CHECK(tasks.empty());
  CHECK(to.get("k") == 1);
}
