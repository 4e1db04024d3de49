// SPDX-License-Identifier: BSL-1.0
#include <zddm/lmdb/table.hpp>

#include <string>

#include <doctest/doctest.h>

#include "scratch.hpp"

namespace {
using namespace lmdb_test;
using zddm::lmdb::counters;
using zddm::lmdb::environment;
using zddm::lmdb::table;
using zddm::lmdb::transaction;

template <class F> int code(F f) {
  try {
    f();
  } catch (zddm::store_error const& e) {
    CHECK(e.kind() == zddm::error_class::permanent);
    return e.code();
  }
  return 0;
}
void put(table& rows, std::string const& key) {
  rows.write([&](transaction& t) { t.put(rows.values(), key, key); });
}
/// Takes a number; says how many were taken since the side databases were made.
std::uint64_t next(table& rows) {
  return rows.write_beside([](transaction&, counters& c) { return ++c.sequence - c.floor; });
}
counters now(table const& rows) {
  return rows.read_beside([](transaction const&, counters const& c) { return c; });
}
} // namespace

TEST_CASE("lmdb table: keys LMDB cannot hold are refused") {
  folder const where;
  environment env(where.path());
  table const rows(env, "rows");
  CHECK(code([&] { rows.fit(""); }) == 135);
  CHECK(code([&] { rows.fit(std::string(512, 'k')); }) == 135);
  CHECK(rows.fit(std::string(511, 'k')).size() == 511);
  CHECK(rows.fit(".zddm.x") == ".zddm.x");
  CHECK(code([&] { table(env, "").fit(".zddm.x"); }) == 135);
}

TEST_CASE("lmdb table: a database with several values a key is refused") {
  folder const where;
  environment env(where.path());
  env.alone([](transaction& t) { zddm::lmdb::open_database(t, "many", MDB_CREATE | MDB_DUPSORT); });
  CHECK(code([&] { table(env, "many"); }) == 138);
}

TEST_CASE("lmdb table: without side databases what needs them is refused, and the rows are there") {
  folder const where;
  environment env(where.path());
  table rows(env, "rows");
  put(rows, "a");
  CHECK(code([&] { next(rows); }) == 136);
  CHECK(code([&] { rows.read_beside([](transaction const&, counters const& c) { return c.sequence; }); }) == 136);
  rows.create_sides();
  rows.create_sides();
  CHECK(next(rows) == 1);
  rows.create_sides();
  CHECK(next(rows) == 2);
  rows.drop_sides();
  rows.drop_sides();
  CHECK(code([&] { next(rows); }) == 136);
  CHECK(rows.size() == 1);
}

TEST_CASE("lmdb table: side databases made anew go on above those dropped before") {
  folder const where;
  environment env(where.path());
  table rows(env, "rows");
  rows.create_sides();
  auto const first = now(rows);
  CHECK(first.floor == first.sequence);
  for (int i = 0; i < 3; ++i) next(rows);
  rows.drop_sides();
  rows.create_sides();
  CHECK(now(rows).floor > first.sequence + 3);
}

TEST_CASE("lmdb table: a step that throws leaves the counters") {
  folder const where;
  environment env(where.path());
  table rows(env, "rows");
  rows.create_sides();
  CHECK_THROWS_AS(rows.write_beside([](transaction&, counters& c) -> bool {
    ++c.sequence;
    throw 7;
  }),
                  int);
  CHECK(next(rows) == 1);
}

TEST_CASE("lmdb table: two of one name share their side databases, also when one drops them") {
  folder const where;
  environment env(where.path());
  table rows(env, "rows"), same(env, "rows"), other(env, "other");
  rows.create_sides();
  CHECK(next(rows) == 1);
  CHECK(next(same) == 2);
  CHECK(code([&] { next(other); }) == 136);
  same.drop_sides();
  other.create_sides();
  CHECK(code([&] { next(rows); }) == 136);
  CHECK(next(other) == 1);
}

TEST_CASE("lmdb table: follows what another process does to the side databases") {
  folder const where;
  environment env(where.path());
  table rows(env, "rows");
  auto const elsewhere = [&](auto what) {
    return in_child([&] {
      environment own(where.path());
      table mine(own, "rows");
      what(mine);
      return 0;
    });
  };
  CHECK(elsewhere([](table& t) { t.create_sides(), next(t); }) == 0);
  CHECK(next(rows) == 2);
  CHECK(elsewhere([](table& t) { t.drop_sides(); }) == 0);
  CHECK(code([&] { next(rows); }) == 136);
  CHECK(elsewhere([](table& t) { t.create_sides(); }) == 0);
  CHECK(next(rows) == 1);
}

TEST_CASE("lmdb table: clear leaves other databases and the counters") {
  folder const where;
  environment env(where.path());
  for (std::string const name : {"rows", ""}) {
    CAPTURE(name);
    environment one(where.path("env-" + name));
    table rows(one, name);
    put(rows, "a");
    put(rows, "z");
    rows.clear();
    CHECK(rows.size() == 0);
    rows.create_sides();
    auto const made = now(rows);
    put(rows, "a");
    put(rows, "z");
    next(rows);
    rows.write([&](transaction& t) { t.put(rows.sides().marks, "a", ""); });
    rows.clear();
    CHECK(rows.size() == 0);
    rows.read_beside([&](transaction const& t, counters const& c) {
      CHECK(c == counters{made.sequence + 2, made.sequence + 2});
      CHECK(t.entries(rows.sides().marks) == 0);
      return true;
    });
  }
  table rows(env, "rows"), other(env, "other");
  put(other, "b");
  rows.clear();
  CHECK(other.size() == 1);
}
