// SPDX-License-Identifier: BSL-1.0
#include <zddm/sqlite/schema.hpp>

#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "../tools/scratch.hpp"

using zddm::store_error;
using zddm::sqlite::affinity;
using zddm::sqlite::columns;
using zddm::sqlite::connection;
using zddm::sqlite::schema;

namespace {

struct person {
  BOOST_HANA_DEFINE_STRUCT(person, (int, id), (std::string, name), (double, size));
};

schema const people({.table = "people", .key = {"id"}}, columns<int>::described(), columns<person>::described());
schema const seats({.table = "s\"1", .key = {"a", "b c"}}, columns<std::pair<int, std::string>>::described(),
                   columns<bool>::described());

struct fixture {
  test::scratch dir;
  connection c{dir / "a.db", {}};

  /// Why a table made by this SQL does not fit; empty if it does.
  std::string refusal(std::string const& sql, schema const& s = people) {
    c.execute("DROP TABLE IF EXISTS people; " + sql);
    try {
      s.check(c);
    } catch (store_error const& e) {
      CHECK(e.code() == 126);
      CHECK(e.kind() == zddm::error_class::permanent);
      return e.what();
    }
    return "";
  }
  /// All steps of the plan of a statement.
  std::string plan_of(std::string const& sql) {
    std::string plan;
    zddm::sqlite::statement q(c, c.prepared(slots++, "EXPLAIN QUERY PLAN " + sql));
    while (q.step()) plan += std::string(q.bytes(3)) + "; ";
    return plan;
  }
  std::size_t slots = 0;
  bool says(std::string const& sql, std::string const& words, schema const& s = people) {
    return refusal(sql, s).find(words) != std::string::npos;
  }
};

} // namespace

TEST_CASE("sqlite schema writes SQL with quoted names and parameters only") {
  CHECK(people.get() == R"(SELECT "id", "name", "size" FROM "people" WHERE "id" = ?1)");
  CHECK(people.put() == R"(INSERT INTO "people" ("id", "name", "size") VALUES (?1, ?3, ?4) ON CONFLICT ("id"))"
                        R"( DO UPDATE SET "name" = excluded."name", "size" = excluded."size")");
  CHECK(people.shared(0) == 0);
  CHECK_FALSE(people.shared(1));
  CHECK(seats.erase() == R"(DELETE FROM "s""1" WHERE ("a", "b c") = (?1, ?2))");
  CHECK(seats.insert() == R"(INSERT INTO "s""1" ("a", "b c", "value") VALUES (?1, ?2, ?3) ON CONFLICT ("a", "b c") DO NOTHING)");
  CHECK(seats.scan(true, true) == R"(SELECT "a", "b c", "value" FROM "s""1" WHERE ("a", "b c") > (?1, ?2))"
                                  R"( AND ("a", "b c") <= (?3, ?4) ORDER BY "a", "b c")");
  CHECK(seats.scan(false, true).find(R"(WHERE ("a", "b c") <= (?3, ?4))") != std::string::npos);
  CHECK(seats.side("marks") == R"("s""1_zddm_marks")");
  CHECK(seats.side_keys() == "k1, k2");
}

TEST_CASE_FIXTURE(fixture, "sqlite schema fits the table it makes, and reads by index") {
  c.execute(people.create());
  c.execute(people.create());
  CHECK(people.check(c) == std::vector{affinity::integer, affinity::text, affinity::real});
  c.execute(seats.create());
  CHECK(seats.check(c) == std::vector{affinity::integer});
  for (auto const* s : {&people, &seats})
    for (auto const& sql : {s->get(), s->probe(), s->erase(), s->scan(true, true), s->scan(true, false), s->scan(false, true)}) {
      auto const plan = plan_of(sql);
      CHECK(plan.find("SEARCH") != std::string::npos);
      CHECK(plan.find("SCAN") == std::string::npos);
    }
  for (auto const* s : {&people, &seats}) CHECK(plan_of(s->scan(false, false)).find("B-TREE") == std::string::npos);
}

TEST_CASE_FIXTURE(fixture, "sqlite schema takes tables as applications declare them") {
  CHECK(refusal("CREATE TABLE people (id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(20), size DOUBLE, more BLOB)") == "");
  CHECK(refusal("CREATE TABLE people (name, id BIGINT NOT NULL UNIQUE, size DECIMAL(9, 2))") == "");
  CHECK(refusal("CREATE TABLE people (id INT, name TEXT COLLATE NOCASE, size INT); CREATE UNIQUE INDEX i ON people (id)") == "");
}

TEST_CASE_FIXTURE(fixture, "sqlite schema refuses a table that does not fit, and says why") {
  CHECK(says("", "is missing"));
  CHECK(says("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT)", "has no column size"));
  CHECK(says("CREATE TABLE people (id INTEGER, name TEXT, size REAL)", "ON CONFLICT"));
  CHECK(says("CREATE TABLE people (id INTEGER, name TEXT, size REAL, PRIMARY KEY (id, name))", "ON CONFLICT"));
  CHECK(says("CREATE TABLE people (id TEXT PRIMARY KEY, name TEXT, size REAL)", "would change the INTEGER"));
  CHECK(says("CREATE TABLE people (id REAL PRIMARY KEY, name TEXT, size REAL)", "would change the INTEGER"));
  CHECK(says("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, size TEXT)", "would change the REAL"));
  c.execute("CREATE TABLE base (id INTEGER PRIMARY KEY, name TEXT, size REAL); CREATE VIEW people2 AS SELECT * FROM base");
  schema const view({.table = "people2", .key = {"id"}}, columns<int>::described(), columns<person>::described());
  CHECK(refusal("", view) != "");
}

TEST_CASE_FIXTURE(fixture, "sqlite schema refuses a text key that SQLite would compare otherwise than by its bytes") {
  schema const s({.table = "people", .key = {"name"}}, columns<std::string>::described(), columns<int>::described());
  CHECK(refusal("CREATE TABLE people (name TEXT PRIMARY KEY, value INT)", s) == "");
  CHECK(says("CREATE TABLE people (name TEXT COLLATE NOCASE PRIMARY KEY, value INT)", "by NOCASE", s));
  CHECK(says("CREATE TABLE people (name NUMERIC PRIMARY KEY, value INT)", "would change the TEXT", s));
}
