// SPDX-License-Identifier: BSL-1.0
#include <zddm/sqlite/statement.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "../tools/scratch.hpp"

using zddm::sqlite::connection;
using zddm::sqlite::statement;

TEST_CASE("sqlite statement gives back what was bound, byte for byte") {
  test::scratch dir;
  connection c(dir / "a.db", {});
  statement s(c, c.prepared(0, "SELECT ?, ?, ?, ?, ?, ?"));
  std::string const odd("a\0'\"b\xff", 6);
  s.bind_integer(1, std::numeric_limits<std::int64_t>::min());
  s.bind_real(2, 0.1);
  s.bind_text(3, odd);
  s.bind_blob(4, odd);
  s.bind_null(5);
  s.bind_text(6, std::string_view());
  REQUIRE(s.step());
  CHECK(s.integer(0) == std::numeric_limits<std::int64_t>::min());
  CHECK(s.at(1).real() == 0.1);
  CHECK(s.bytes(2) == odd);
  CHECK(s.at(2).type() == SQLITE_TEXT);
  CHECK(s.bytes(3) == odd);
  CHECK(s.at(3).type() == SQLITE_BLOB);
  CHECK(s.at(4).type() == SQLITE_NULL);
  CHECK(s.at(5).type() == SQLITE_TEXT);
  CHECK(s.bytes(5).empty());
  CHECK_FALSE(s.step());
}

TEST_CASE("sqlite statement is ready again after its use, also after an error") {
  test::scratch dir;
  connection c(dir / "a.db", {});
  c.execute("CREATE TABLE t (a UNIQUE)");
  c.prepared(0, "INSERT INTO t VALUES (?)");
  for (int i = 0; i < 3; ++i) {
    statement s(c, c.prepared(0));
    s.bind_integer(1, 7);
    if (i == 0)
      s.finish();
    else
      CHECK_THROWS_AS(s.finish(), zddm::store_error);
  }
  statement s(c, c.prepared(0));
  for (int i = 0; i < 3; ++i) {
    s.bind_integer(1, i);
    s.finish();
    CHECK(s.changes() == 1);
    s.again();
  }
  CHECK(c.ask("SELECT count(*) FROM t") == "4");
  CHECK_THROWS_AS(s.bind_integer(9, 1), zddm::store_error);
}
