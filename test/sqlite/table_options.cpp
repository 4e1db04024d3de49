// SPDX-License-Identifier: BSL-1.0
#include <zddm/sqlite/table_options.hpp>

#include <string>
#include <utility>

#include <doctest/doctest.h>

#include <zddm/core/record.hpp>
#include <zddm/sqlite/store.hpp>

#include "../tools/scratch.hpp"

using zddm::store_error;
using zddm::sqlite::database;
using zddm::sqlite::store;

namespace {
struct person {
  BOOST_HANA_DEFINE_STRUCT(person, (std::string, first), (std::string, last));
};
struct place {
  BOOST_HANA_DEFINE_STRUCT(place, (int, row), (int, seat));
};
template <class Key, class Value> std::string made(zddm::sqlite::table_options const& options) {
  test::scratch dir;
  database d(dir / "a.db");
  store<Key, Value>(d, options).create_table();
  return d.session().connection().ask("SELECT sql FROM sqlite_schema");
}
} // namespace

TEST_CASE("sqlite table_options name columns, or leave that to the types") {
  CHECK(made<int, std::string>({.table = "t"}) ==
        R"(CREATE TABLE "t" ("key" INTEGER NOT NULL PRIMARY KEY, "value" TEXT NOT NULL))");
  CHECK(
      made<std::string, person>({.table = "people", .key = {"id"}}) ==
      R"(CREATE TABLE "people" ("id" TEXT NOT NULL, "first" TEXT NOT NULL, "last" TEXT NOT NULL, PRIMARY KEY ("id")) WITHOUT ROWID)");
  CHECK(
      made<place, std::optional<double>>({.table = "t", .value = {"price"}}) ==
      R"(CREATE TABLE "t" ("row" INTEGER NOT NULL, "seat" INTEGER NOT NULL, "price" REAL, PRIMARY KEY ("row", "seat")) WITHOUT ROWID)");
  CHECK(
      made<std::pair<int, std::string>, person>({.table = "t", .key = {"a", "b"}, .value = {"x", "y"}}) ==
      R"(CREATE TABLE "t" ("a" INTEGER NOT NULL, "b" TEXT NOT NULL, "x" TEXT NOT NULL, "y" TEXT NOT NULL, PRIMARY KEY ("a", "b")) WITHOUT ROWID)");
  CHECK(made<std::string, person>({.table = "t", .key = {"last"}}) ==
        R"(CREATE TABLE "t" ("last" TEXT NOT NULL, "first" TEXT NOT NULL, PRIMARY KEY ("last")) WITHOUT ROWID)");
}

TEST_CASE("sqlite table_options must count as the types do") {
  CHECK_THROWS_AS((made<std::pair<int, int>, int>({.table = "t"})), store_error);
  CHECK_THROWS_AS((made<int, int>({.table = "t", .key = {"a", "b"}})), store_error);
  CHECK_THROWS_AS((made<int, person>({.table = "t", .value = {"first"}})), store_error);
}
