// SPDX-License-Identifier: BSL-1.0
#include <zddm/sqlite/quote_identifier.hpp>

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <zddm/sqlite/database.hpp>

#include "../tools/scratch.hpp"

using zddm::sqlite::quote_identifier;

TEST_CASE("sqlite quote_identifier doubles quotes and refuses a NUL") {
  CHECK(quote_identifier("people") == R"("people")");
  CHECK(quote_identifier(R"(we"ird tab;le)") == R"("we""ird tab;le")");
  CHECK_THROWS_AS(quote_identifier(std::string_view("a\0b", 3)), zddm::store_error);
}

TEST_CASE("sqlite quote_identifier names what it is given and nothing else") {
  test::scratch dir;
  zddm::sqlite::database d(dir / "a.db");
  auto s = d.session();
  for (std::string const name :
       {R"(we"ird tab;le)", "select", "\"\"", "a'b", "x; DROP TABLE y; --", "[a]", "`a`", "\xc3\xa9t\xc3\xa9", " "}) {
    auto const quoted = quote_identifier(name);
    s.connection().execute("CREATE TABLE " + quoted + " (" + quoted + " TEXT)");
    auto found = s.run(d.statement("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?"));
    found.bind_text(1, name);
    REQUIRE(found.step());
    CHECK(found.integer(0) == 1);
  }
}

TEST_CASE("sqlite a quoted name that is missing is an error and no text") {
  test::scratch dir;
  zddm::sqlite::database d(dir / "a.db");
  auto s = d.session();
  s.connection().execute("CREATE TABLE t (a)");
  CHECK_THROWS_AS(s.run(d.statement("SELECT \"missing\" FROM t")), zddm::store_error);
}
