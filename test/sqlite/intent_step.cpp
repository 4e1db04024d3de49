// SPDX-License-Identifier: BSL-1.0
#include <zddm/sqlite/intent_step.hpp>

#include <optional>
#include <string>

#include <doctest/doctest.h>

#include <zddm/sqlite/transaction.hpp>

#include "../tools/scratch.hpp"

using zddm::intent_record;
using zddm::knowledge;
using zddm::store_error;
using zddm::sqlite::basis;
using zddm::sqlite::database;
using zddm::sqlite::intents;

namespace {
using rows = zddm::sqlite::rows<int, std::string>;
using intent_step = zddm::sqlite::intent_step<int, std::string>;

struct fixture {
  test::scratch dir;
  database d{dir / "a.db"};
  rows table{d, {.table = "t"}};
  intents<int> const records{d, table.schema()};

  fixture() {
    d.session().connection().execute(table.schema().create());
    auto s = d.session();
    records.create(s);
  }

  template <class F> auto step(F f, basis from = basis::stored) {
    auto s = table.open();
    zddm::sqlite::transaction t(s, zddm::sqlite::access::write);
    auto const result = [&] {
      intent_step one(table, records, s, 1, from);
      return f(one);
    }();
    t.commit();
    return result;
  }
  std::string count() { return d.session().connection().ask("SELECT count(*) FROM t_zddm_intents"); }
};
} // namespace

TEST_CASE_FIXTURE(fixture, "sqlite intent_step: without a record the row says what is known") {
  CHECK((step([](intent_step& s) { return s.record; }) == intent_record{}));
  step([](intent_step& s) { return s.set("v"), true; });
  CHECK((step([](intent_step& s) { return s.record; }) == intent_record{knowledge::present, 0, {}}));
  CHECK(step([](intent_step& s) { return s.has() && s.get() == "v"; }));
  step([](intent_step& s) { return s.drop(), true; });
  CHECK_FALSE(step([](intent_step& s) { return s.has(); }));
}

TEST_CASE_FIXTURE(fixture,
                  "sqlite intent_step: a record is kept until the row says it all, and none where nothing is to be said") {
  step([](intent_step& s) { return s.keep(), true; });
  CHECK(count() == "0");
  auto const t = step([](intent_step& s) {
    auto const begun = s.record.begin({7, 1}, s.next());
    s.keep();
    return begun;
  });
  CHECK(count() == "1");
  CHECK((step([](intent_step& s) { return s.record; }) == intent_record{knowledge::unknown, t.generation, {{7, 1}}}));
  step([&](intent_step& s) {
    CHECK(s.floor() < t.generation);
    CHECK(s.record.end(t, s.next(), true));
    s.set("v");
    s.keep();
    return true;
  });
  CHECK(count() == "0");
}

TEST_CASE_FIXTURE(fixture, "sqlite intent_step: a damaged record is an error, but for a step that begins with none") {
  for (auto const known : {knowledge::present, knowledge::absent}) {
    d.session().connection().execute("INSERT INTO t_zddm_intents VALUES (1, x'0011')");
    CHECK_THROWS_AS(step([](intent_step&) { return true; }), store_error);
    step(
        [&](intent_step& s) {
          CHECK((s.record == intent_record{}));
          s.record = {known, s.next(), {}};
          return s.keep(), true;
        },
        basis::none);
    CHECK(count() == (known == knowledge::present ? "0" : "1"));
  }
}
