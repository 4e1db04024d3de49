// SPDX-License-Identifier: BSL-1.0
#include <zddm/postgres/result.hpp>

#include <cstdint>

#include <doctest/doctest.h>

#include <tools/postgres.hpp>

using zddm::postgres::effect;
using zddm::postgres::query;
using zddm::postgres::result;

TEST_CASE("postgres result: integers of every width, texts and NULL") {
  zddm::postgres::database d(test::postgres_server::shared().url());
  auto const r =
      d.run(query("SELECT (-2)::int2, 70000::int4, -9223372036854775807::int8, true, false, 'text'::text, '\\x00ff'::bytea,"
                  " NULL::int4 UNION ALL SELECT 1, 2, 3, false, true, '', '', 4"),
            effect::none);
  REQUIRE(r.rows() == 2);
  CHECK(r.integer(0, 0) == -2);
  CHECK(r.integer(0, 1) == 70'000);
  CHECK(r.integer(0, 2) == -9'223'372'036'854'775'807);
  CHECK(r.integer(0, 3) == 1);
  CHECK(r.integer(0, 4) == 0);
  CHECK(r.bytes(0, 5) == "text");
  CHECK(r.bytes(0, 6) == std::string_view("\0\xff", 2));
  CHECK(r.null(0, 7));
  CHECK(r.integer(0, 7) == 0);
  CHECK_FALSE(r.null(1, 7));
  CHECK(r.integer(1, 7) == 4);
  CHECK(r.diagnosis(PG_DIAG_SQLSTATE).empty());
}

TEST_CASE("postgres result: none says so") {
  result const none;
  CHECK_FALSE(none);
  CHECK(none.diagnosis(PG_DIAG_SQLSTATE).empty());
  CHECK(none.rows() == 0);
}
