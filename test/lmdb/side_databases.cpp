// SPDX-License-Identifier: BSL-1.0
#include <zddm/lmdb/side_databases.hpp>

#include <string>

#include <doctest/doctest.h>

#include <zddm/lmdb/environment.hpp>

#include "scratch.hpp"

namespace {
using namespace lmdb_test;
using zddm::lmdb::counters;
using zddm::lmdb::environment;
using zddm::lmdb::side_databases;
using zddm::lmdb::transaction;

bool reopen(environment& env, side_databases& sides, unsigned flags) {
  bool found = false;
  env.alone([&](transaction& t) { found = sides.reopen(t, "rows", 0, flags); }, [&] { sides.open = found; });
  return found;
}
void create(environment& env, side_databases& sides) {
  reopen(env, sides, MDB_CREATE);
  env.write([&](transaction& t) { counters{}.write(t, sides); });
}
void drop(environment& env, side_databases& sides) {
  env.alone([&](transaction& t) {
    if (sides.reopen(t, "rows", 0, 0)) sides.drop(t);
  });
}
} // namespace

TEST_CASE("lmdb side_databases: are there once created, and gone once dropped") {
  folder const where;
  environment env(where.path());
  auto& sides = env.sides("rows");
  CHECK(&sides == &env.sides("rows"));
  CHECK(&sides != &env.sides("other"));
  CHECK(!reopen(env, sides, 0));
  CHECK(!sides.open);
  create(env, sides);
  CHECK(sides.open);
  CHECK(reopen(env, sides, 0));
  drop(env, sides);
  CHECK(!sides.open);
  CHECK(!reopen(env, sides, 0));
}

TEST_CASE("lmdb side_databases: one that another process dropped is found gone, and one that it made anew is found") {
  folder const where;
  environment env(where.path());
  auto& sides = env.sides("rows");
  create(env, sides);
  env.write([&](transaction& t) {
    t.put(sides.marks, "mine", "");
    counters{5, 3}.write(t, sides);
  });
  auto const there = [&] { return env.read([&](transaction const& t) { return counters::read(t, sides).has_value(); }); };
  auto const elsewhere = [&](auto what) {
    return in_child([&] {
      environment own(where.path());
      what(own, own.sides("rows"));
      return 0;
    });
  };
  CHECK(there());
  CHECK(elsewhere([](environment& e, side_databases& s) { drop(e, s); }) == 0);
  CHECK(!there());
  CHECK(elsewhere([](environment& e, side_databases& s) { create(e, s); }) == 0);
  CHECK(there());
  CHECK(!env.read([&](transaction const& t) { return t.contains(sides.marks, "mine"); }));
  CHECK(elsewhere([](environment& e, side_databases& s) { drop(e, s); }) == 0);
  create(env, sides);
  env.write([&](transaction& t) { t.put(sides.marks, "again", ""); });
  CHECK(env.read([&](transaction const& t) { return t.contains(sides.marks, "again"); }));
}

TEST_CASE("lmdb side_databases: counters come back, and damaged ones are not taken for others") {
  folder const where;
  environment env(where.path());
  auto& sides = env.sides("rows");
  create(env, sides);
  CHECK(env.read([&](transaction const& t) { return counters::read(t, sides); }) == counters{1, 1, false});
  CHECK(counters::fresh().floor > 1'000'000'000'000'000);
  env.write([&](transaction& t) { counters{1'000'000'007, 12, true}.write(t, sides); });
  CHECK(env.read([&](transaction const& t) { return counters::read(t, sides); }) == counters{1'000'000'007, 12, true});
  env.write([&](transaction& t) { t.put(sides.meta, "counters", "short"); });
  CHECK(!env.read([&](transaction const& t) { return counters::read(t, sides); }));
}
