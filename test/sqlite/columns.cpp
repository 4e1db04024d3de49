// SPDX-License-Identifier: BSL-1.0
#include <zddm/sqlite/columns.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <tuple>
#include <utility>

#include <doctest/doctest.h>

#include "../tools/scratch.hpp"

using zddm::sqlite::columns;
using zddm::sqlite::connection;
using zddm::sqlite::statement;
using zddm::sqlite::storage;

namespace {
struct person {
  BOOST_HANA_DEFINE_STRUCT(person, (std::string, name), (std::optional<int>, age));
};

template <class Key> std::optional<std::size_t> refused(Key const& key) {
  test::scratch dir;
  connection c(dir / "a.db", {});
  statement s(c, c.prepared(0, "SELECT ?, ?, ?"));
  return columns<Key>::bind_key(s, 1, key);
}
template <class Key> std::optional<std::size_t> refused_from(char const* sql, Key& key) {
  test::scratch dir;
  connection c(dir / "a.db", {});
  statement s(c, c.prepared(0, sql));
  REQUIRE(s.step());
  return columns<Key>::read_key(s, 0, key);
}
} // namespace

TEST_CASE("sqlite columns are those of a record, of the elements of a tuple, or one") {
  static_assert(columns<person>::count == 2);
  static_assert(columns<std::tuple<int, std::string, bool>>::count == 3);
  static_assert(columns<std::string>::count == 1);
  auto const all = columns<person>::described();
  REQUIRE(all.size() == 2);
  CHECK(all[0].name == "name");
  CHECK(all[0].kind == storage::text);
  CHECK_FALSE(all[0].nullable);
  CHECK(all[1].name == "age");
  CHECK(all[1].kind == storage::integer);
  CHECK(all[1].nullable);
  CHECK(columns<std::pair<int, double>>::described()[1].kind == storage::real);
  CHECK(columns<std::pair<int, double>>::described()[1].name.empty());
  std::string seen;
  std::tuple<int, char const*> const both{1, "x"};
  columns<std::tuple<int, char const*>>::each(both, [&](std::size_t i, auto const&) { seen += std::to_string(i); });
  CHECK(seen == "01");
}

TEST_CASE("sqlite columns of a key come back, and refuse what has no place in SQLite's order") {
  std::tuple<std::string, std::uint64_t, double> key;
  CHECK_FALSE(refused_from("SELECT 'a', 9223372036854775807, 0.5", key));
  CHECK(key == std::tuple{"a", std::uint64_t{std::numeric_limits<std::int64_t>::max()}, 0.5});
  CHECK(refused_from("SELECT 'a', -1, 0.5", key) == 1);
  CHECK(refused_from("SELECT NULL, 1, 0.5", key) == 0);
  CHECK(refused_from("SELECT 'a', 1, 'x'", key) == 2);
  CHECK_FALSE(refused(std::tuple<std::string, int, std::uint64_t>("a", -1, 7)));
  CHECK(refused(std::tuple<std::string, int, std::uint64_t>("a", -1, std::uint64_t{1} << 63)) == 2);
  CHECK(refused(std::pair(std::nan(""), 1)) == 0);
  CHECK_FALSE(refused(std::numeric_limits<std::int64_t>::min()));
}
