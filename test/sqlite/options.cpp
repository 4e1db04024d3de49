// SPDX-License-Identifier: BSL-1.0
#include <zddm/sqlite/options.hpp>

#include <doctest/doctest.h>

#include <zddm/sqlite/database.hpp>

#include "../tools/scratch.hpp"

using zddm::sqlite::database;
using zddm::sqlite::options;
using zddm::sqlite::synchronous;

TEST_CASE("sqlite options reach the connection") {
  test::scratch dir;
  auto const asked = [&](options o, char const* pragma) { return database(dir / "a.db", o).session().connection().ask(pragma); };
  CHECK(asked({.write_ahead_log = false}, "PRAGMA journal_mode") == "delete");
  CHECK(asked({}, "PRAGMA journal_mode") == "wal");
  CHECK(asked({.write_ahead_log = false}, "PRAGMA journal_mode") == "wal");
  CHECK(asked({}, "PRAGMA synchronous") == "2");
  CHECK(asked({.synchronous = synchronous::normal}, "PRAGMA synchronous") == "1");
  CHECK(asked({.synchronous = synchronous::off}, "PRAGMA synchronous") == "0");
}

TEST_CASE("sqlite options may forbid to make the file") {
  test::scratch dir;
  database d(dir / "missing.db", {.create = false});
  CHECK_THROWS_AS(d.session(), zddm::store_error);
}
