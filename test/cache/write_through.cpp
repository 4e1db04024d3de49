// SPDX-License-Identifier: BSL-1.0
#include <zddm/cache/write_through.hpp>

#include <chrono>
#include <string>
#include <type_traits>

#include <doctest/doctest.h>

#include <zddm/consistency/key_locked.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

using namespace zddm;
using lifecycle::step;

namespace {
using table = memory::store<std::string, int>;
}

TEST_CASE("cache write_through: the write is applied before it returns, and its answer is passed on") {
  cache::write_through::bind<model<int, int, std::chrono::steady_clock>> bound;
  CHECK(std::is_empty_v<decltype(bound)>);
  CHECK(bound.carries_value);
  int applied = 0;
  CHECK(bound.on_write([&] { return ++applied + 41; }) == 42);
  CHECK(applied == 1);
}

TEST_CASE_TEMPLATE("cache write_through: a write is in both stores when it returns, an erase in neither", Consistency,
                   consistency::intent, consistency::key_locked) {
  table from, to;
  lifecycle::handle h("m");
  proxy<table, table, lifecycle::local, Consistency> p(from, to, h);
  for (auto const s : {step::prepare, step::migrate, step::cut_over}) {
    h.take(s);
    CHECK((p.write("k", 1) == write_outcome{reached::applied, reached::applied}));
    CHECK(from.get("k") == 1);
    CHECK(to.get("k") == 1);
    CHECK((p.erase("k") == write_outcome{reached::applied, reached::applied}));
    CHECK(!from.get("k"));
    CHECK(!to.get("k"));
  }
}
