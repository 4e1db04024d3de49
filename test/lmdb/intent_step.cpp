// SPDX-License-Identifier: BSL-1.0
#include <zddm/lmdb/intent_step.hpp>

#include <cstdint>
#include <string>

#include <doctest/doctest.h>

#include "scratch.hpp"

namespace {
using namespace lmdb_test;
using zddm::intent_record;
using zddm::knowledge;
using zddm::lmdb::counters;
using zddm::lmdb::environment;
using zddm::lmdb::intent_step;
using zddm::lmdb::table;
using zddm::lmdb::transaction;

struct opened {
  folder where;
  environment env{where.path()};
  table rows{env, "rows"};
  opened() { rows.create_sides(); }

  template <class F> auto step(F f) {
    return rows.write_beside([&](transaction& t, counters& c) {
      intent_step s(rows, t, c, "k");
      return f(s);
    });
  }
  std::uint64_t sequence() {
    return rows.read_beside([](transaction const&, counters const& c) { return c.sequence; });
  }
  bool has_record() {
    return rows.read_beside([&](transaction const& t, counters const&) { return intent_step::stored(rows, t, "k").has_value(); });
  }
};
} // namespace

TEST_CASE("lmdb intent_step: without a record the row says what is known") {
  opened o;
  CHECK(o.step([](intent_step& s) { return s.record; }) == intent_record{});
  o.rows.write([&](transaction& t) { t.put(o.rows.values(), "k", "v"); });
  CHECK(o.step([](intent_step& s) { return s.record; }) == intent_record{knowledge::present, 0, {}});
}

TEST_CASE("lmdb intent_step: a record is kept until the row says it all") {
  opened o;
  auto const t = o.step([](intent_step& s) {
    auto const begun = s.record.begin({7, 1}, s.next());
    s.keep();
    return begun;
  });
  CHECK(t.generation == o.sequence());
  CHECK(o.has_record());
  CHECK(o.step([](intent_step& s) { return s.record; }) == intent_record{knowledge::unknown, t.generation, {{7, 1}}});
  o.step([&](intent_step& s) {
    CHECK(s.record.end(t, s.next(), true));
    s.t.put(s.in.values(), s.key, "v");
    s.keep();
    return true;
  });
  CHECK(!o.has_record());
  CHECK(o.step([](intent_step& s) { return std::string(s.row().value_or("")); }) == "v");
  o.step([](intent_step& s) { return s.drop(), true; });
  CHECK(!o.step([](intent_step& s) { return s.row().has_value(); }));
}

TEST_CASE("lmdb intent_step: a damaged record is an error, not a guess") {
  opened o;
  o.rows.write([&](transaction& t) { t.put(o.rows.sides().intents, "k", "damaged"); });
  CHECK_THROWS_AS(o.step([](intent_step&) { return true; }), zddm::store_error);
}
