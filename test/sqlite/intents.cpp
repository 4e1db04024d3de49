// SPDX-License-Identifier: BSL-1.0
#include <zddm/sqlite/intents.hpp>

#include <map>
#include <string>

#include <doctest/doctest.h>

#include "../tools/scratch.hpp"

using zddm::intent_record;
using zddm::knowledge;
using zddm::store_error;
using zddm::sqlite::columns;
using zddm::sqlite::database;
using zddm::sqlite::intents;
using zddm::sqlite::schema;

namespace {
struct fixture {
  test::scratch dir;
  database d{dir / "a.db"};
  schema const layout{{.table = "t"}, columns<int>::described(), columns<int>::described()};
  intents<int> const records{d, layout};
  zddm::sqlite::session s{d.session()};
  fixture() { records.create(s); }
};
} // namespace

TEST_CASE_FIXTURE(fixture, "sqlite intents keep a record as long as it says more than the row") {
  CHECK(records.empty(s));
  CHECK_FALSE(records.load(s, 1));
  intent_record const flying{knowledge::unknown, 7, {{1, 2}, {3, 4}}};
  records.save(s, 1, flying, false);
  CHECK(records.load(s, 1) == flying);
  CHECK_FALSE(records.empty(s));
  intent_record const gone{knowledge::absent, 8, {}};
  records.save(s, 1, gone, true);
  CHECK(records.load(s, 1) == gone);
  records.save(s, 1, {knowledge::present, 9, {}}, true);
  CHECK_FALSE(records.load(s, 1));
  CHECK(records.empty(s));
}

TEST_CASE_FIXTURE(fixture, "sqlite intents list the records in the order of the keys") {
  for (int const key : {5, -3, 9}) records.save(s, key, {knowledge::absent, static_cast<std::uint64_t>(key + 10), {}}, false);
  std::map<int, std::uint64_t> seen;
  CHECK(records.list(s, {}, 2, [&](int key, intent_record const& r) { seen[key] = r.generation; }) == 2);
  CHECK(seen == std::map<int, std::uint64_t>{{-3, 7}, {5, 15}});
  CHECK(records.list(s, 5, 9, [&](int key, intent_record const&) { CHECK(key == 9); }) == 1);
}

TEST_CASE_FIXTURE(fixture, "sqlite intents count on, and after a clear or a drop all that was seen is below the floor") {
  auto const first = records.sequence(s);
  CHECK(records.next(s) == first + 1);
  CHECK(records.next(s) == first + 2);
  CHECK(records.sequence(s) == first + 2);
  CHECK(records.floor(s) <= first);
  records.create(s);
  CHECK(records.sequence(s) == first + 2);
  records.save(s, 1, {knowledge::absent, 1, {}}, false);
  auto const floor = records.floor(s);
  records.seal(s);
  records.seal(s);
  CHECK(records.sealed(s));
  CHECK(records.floor(s) == floor);
  records.clear(s);
  CHECK_FALSE(records.sealed(s));
  CHECK(records.empty(s));
  CHECK(records.floor(s) == first + 3);
  CHECK(records.sequence(s) == first + 3);
  records.drop(s);
  records.drop(s);
  CHECK_THROWS_AS(records.sequence(s), store_error);
  records.create(s);
  CHECK(records.floor(s) > first + 3);
}

TEST_CASE_FIXTURE(fixture, "sqlite intents refuse records of another format and damaged ones") {
  s.connection().execute("INSERT INTO t_zddm_intents VALUES (1, x'0011')");
  CHECK_THROWS_AS(records.load(s, 1), store_error);
  CHECK(records.list(s, {}, 9, [](int key, zddm::intent_record const& r) {
    CHECK(key == 1);
    CHECK((r == zddm::intent_record{}));
  }) == 1);
  s.connection().execute("UPDATE t_zddm_meta SET format = 2");
  try {
    records.create(s);
    FAIL("another format was taken");
  } catch (store_error const& e) {
    CHECK(e.code() == 127);
  }
}
