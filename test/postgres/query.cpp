// SPDX-License-Identifier: BSL-1.0
#include <zddm/postgres/query.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <tools/postgres.hpp>

using zddm::postgres::database;
using zddm::postgres::effect;
using zddm::postgres::query;

namespace {

/// Every byte there is, and what SQL and arrays take for something else.
std::string odd() {
  std::string all = R"('"; -- {},\x NULL $1 )";
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  return all;
}

} // namespace

TEST_CASE("postgres query: parameters arrive as they are") {
  database d(test::postgres_server::shared().url());
  auto const r = d.run(query("SELECT $1::bytea, $2::int8, $3::text, $4::text IS NULL, $5::bytea")
                           .bytes(odd())
                           .integer(std::numeric_limits<std::int64_t>::min())
                           .text("it's")
                           .null()
                           .bytes(""),
                       effect::none);
  CHECK(r.bytes(0, 0) == odd());
  CHECK(r.integer(0, 1) == std::numeric_limits<std::int64_t>::min());
  CHECK(r.bytes(0, 2) == "it's");
  CHECK(r.integer(0, 3) == 1);
  CHECK(r.bytes(0, 4).empty());
  CHECK_FALSE(r.null(0, 4));
}

TEST_CASE("postgres query: arrays keep every byte, every gap and their order") {
  database d(test::postgres_server::shared().url());
  std::string const all = odd();
  std::vector<std::optional<std::string_view>> const texts{all, std::nullopt, "", "NULL"};
  std::vector<std::optional<std::int64_t>> const numbers{-1, std::nullopt, 0, 7};
  auto const r = d.run(query("SELECT * FROM unnest($1::bytea[], $2::int8[])").all_bytes(texts).integers(numbers), effect::none);
  REQUIRE(r.rows() == 4);
  for (int i = 0; i < 4; ++i) {
    auto const at = static_cast<std::size_t>(i);
    CHECK(r.null(i, 0) == !texts[at]);
    CHECK(r.bytes(i, 0) == texts[at].value_or(""));
    CHECK(r.null(i, 1) == !numbers[at]);
    CHECK(r.integer(i, 1) == numbers[at].value_or(0));
  }
  std::vector<std::string> const none;
  CHECK(d.run(query("SELECT cardinality($1::bytea[])").all_bytes(none), effect::none).integer(0, 0) == 0);
}
