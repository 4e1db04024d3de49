// SPDX-License-Identifier: BSL-1.0
#include <zddm/sqlite/rows.hpp>

#include <cmath>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "../tools/scratch.hpp"

using zddm::unmappable;
using zddm::sqlite::database;
using zddm::sqlite::rows;

namespace {
struct person {
  BOOST_HANA_DEFINE_STRUCT(person, (long, id), (std::string, name), (std::optional<std::string>, mail),
                           (std::vector<int>, marks));
  friend bool operator==(person const&, person const&) = default;
};
struct fixture {
  test::scratch dir;
  database d{dir / "a.db"};
  zddm::sqlite::session s{d.session()};
  std::string ask(std::string const& sql) { return s.connection().ask(sql); }
};
} // namespace

TEST_CASE_FIXTURE(fixture, "sqlite rows lie over a table that is there, and leave its other columns alone") {
  s.connection().execute(
      "CREATE TABLE people (more TEXT DEFAULT 'kept', mail TEXT, name TEXT, id INTEGER PRIMARY KEY, marks TEXT);"
      "INSERT INTO people VALUES ('other', NULL, 'Ada', 7, '[1, 2]')");
  rows<long, person> r(d, {.table = "people", .key = {"id"}});
  auto session = r.open();
  CHECK(r.get(s, 7) == person{7, "Ada", {}, {1, 2}});
  r.put(s, 7, {7, "Eva", "e@x", {}});
  CHECK(ask("SELECT more || name || mail || marks FROM people WHERE id = 7") == "otherEvae@x[]");
  r.put(s, 8, {8, "Bob", {}, {}});
  CHECK(ask("SELECT more FROM people WHERE id = 8") == "kept");
  CHECK(ask("SELECT mail IS NULL FROM people WHERE id = 8") == "1");
  CHECK_FALSE(r.insert(s, 8, {8, "Bill", {}, {}}));
  CHECK(r.get(s, 8)->name == "Bob");
  CHECK(r.count(s) == 2);
  CHECK_THROWS_AS(r.put(s, 9, {8, "Bob", {}, {}}), unmappable);
  CHECK_FALSE(r.has(s, 9));
}

TEST_CASE_FIXTURE(fixture, "sqlite rows put as an update fire no delete, as an application's own would not") {
  s.connection().execute("CREATE TABLE t (key INTEGER PRIMARY KEY, value TEXT); CREATE TABLE deleted (key);"
                         "CREATE TRIGGER d AFTER DELETE ON t BEGIN INSERT INTO deleted VALUES (old.key); END");
  rows<int, std::string> r(d, {.table = "t"});
  auto session = r.open();
  r.put(s, 1, "a");
  r.put(s, 1, "b");
  CHECK(ask("SELECT count(*) FROM deleted") == "0");
  r.set(s, 1, std::nullopt);
  CHECK(ask("SELECT count(*) FROM deleted") == "1");
}

TEST_CASE_FIXTURE(fixture, "sqlite rows refuse what a column cannot keep, and say nothing of the value") {
  s.connection().execute("CREATE TABLE t (key TEXT PRIMARY KEY, born DATETIME, size REAL)");
  struct dated {
    BOOST_HANA_DEFINE_STRUCT(dated, (std::string, born), (double, size));
  };
  rows<std::string, dated> r(d, {.table = "t"});
  auto session = r.open();
  r.put(s, "a", {"1815-12-10", 1.5});
  CHECK(r.get(s, "a")->born == "1815-12-10");
  CHECK_THROWS_AS(r.put(s, "b", {"x", std::nan("")}), unmappable);
  try {
    r.put(s, "b", {"18151210", 1.5});
    FAIL("SQLite would have made a number of it");
  } catch (unmappable const& e) {
    CHECK(std::string(e.what()).find("column born of table t") != std::string::npos);
    CHECK(std::string(e.what()).find("18151210") == std::string::npos);
  }
  CHECK_FALSE(r.has(s, "b"));
}

TEST_CASE_FIXTURE(fixture, "sqlite rows refuse a row that holds something else than the type") {
  s.connection().execute(
      "CREATE TABLE t (key INTEGER PRIMARY KEY, value INTEGER); INSERT INTO t VALUES (1, NULL), (2, 'x'), (3, 300)");
  rows<int, unsigned char> r(d, {.table = "t"});
  auto session = r.open();
  for (int const key : {1, 2, 3}) CHECK_THROWS_AS(r.get(s, key), unmappable);
  CHECK_FALSE(r.get(s, 4));
  CHECK_THROWS_AS(r.scan(s, {}, 9, [](auto const&, auto const&) {}), unmappable);
}

TEST_CASE_FIXTURE(fixture, "sqlite rows scan ranges in the order of the key") {
  using key = std::tuple<int, std::string>;
  rows<key, int> r(d, {.table = "t", .key = {"a", "b"}});
  s.connection().execute(r.schema().create());
  auto session = r.open();
  std::vector<key> all;
  for (int a : {-2, 0, 7})
    for (char const* b : {"", "A", "a", "b", "\xc3\xa9", "\xff"}) all.emplace_back(a, b);
  for (std::size_t i = 0; i < all.size(); ++i) r.put(s, all[i * 7 % all.size()], static_cast<int>(i * 7 % all.size()));
  auto const scanned = [&](zddm::key_range<key> const& range, std::size_t limit = 99) {
    std::vector<key> found;
    auto const n = r.scan(s, range, limit, [&](key const& k, int value) {
      CHECK(all[static_cast<std::size_t>(value)] == k);
      found.push_back(k);
    });
    CHECK(n == found.size());
    return found;
  };
  CHECK(scanned({}) == all);
  CHECK(scanned({}, 4) == std::vector(all.begin(), all.begin() + 4));
  CHECK(scanned({all[3], {}}) == std::vector(all.begin() + 4, all.end()));
  CHECK(scanned({{}, all[3]}) == std::vector(all.begin(), all.begin() + 4));
  CHECK(scanned({all[3], all[9]}) == std::vector(all.begin() + 4, all.begin() + 10));
  CHECK(scanned({all[9], all[3]}).empty());
  CHECK(scanned({}, 0).empty());
}

TEST_CASE_FIXTURE(fixture, "sqlite rows are split in parts of about the same size") {
  rows<int, int> r(d, {.table = "t"});
  s.connection().execute(r.schema().create());
  auto session = r.open();
  CHECK(r.split_points(s, 3).empty());
  for (int i = 1; i <= 100; ++i) r.put(s, i, i);
  CHECK(r.split_points(s, 0).empty());
  CHECK(r.split_points(s, 3) == std::vector{25, 50, 75});
  CHECK(r.split_points(s, 1) == std::vector{50});
  CHECK(r.split_points(s, 1000).size() <= 100);
  CHECK(r.split_points(s, 99).size() >= 98);
  r.clear(s);
  CHECK(r.count(s) == 0);
}
