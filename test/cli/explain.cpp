// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/explain.hpp>

#include <sstream>

#include <doctest/doctest.h>

#include <cli/ground.hpp>
#include <cli/world.hpp>
#include <zddm/cli/subject_of.hpp>

using namespace world;

namespace {
bool has(desk const& d, std::string_view part) { return d.data.str().find(part) != std::string::npos; }
} // namespace

TEST_CASE("explain: the gate, the route, and what each store holds, without values") {
  desk d("explain");
  d.place(row::prepared, [](auto& r) { r.now.rate = zddm::threshold::percent(25); });
  d.asked.key = "42";
  d.m.known.bucket = zddm::threshold::percent(20).value;
  d.m.known.admitted = true;
  d.m.known.old_store = {"secret", zddm::version{12, 3}, {}};
  d.m.known.new_store = {"secret", {}, {}};
  d.m.known.known = zddm::knowledge::present;
  d.run(cli::explain);
  CHECK(has(d, "names key 42   prepared (epoch 1)"));
  CHECK(has(d, "bucket 20%; dial at 25%, highest so far 100%: admitted"));
  CHECK(has(d, "read: New answers; Old where New does not know the key; write: Old, then New"));
  CHECK(has(d, "Old     present  digest "));
  CHECK(has(d, "version 12 of process 0000000000000003"));
  CHECK(has(d, "both    agree"));
  CHECK_FALSE(has(d, "secret"));

  d.m.known.admitted = false;
  d.m.known.new_store.value = "other";
  d.asked.values = true;
  d.data.str("");
  d.run(cli::explain);
  CHECK(has(d, "not admitted"));
  CHECK(has(d, "read: Old answers; write: Old, and New forgets the key"));
  CHECK(has(d, "secret"));
  CHECK(has(d, "differ"));
}

TEST_CASE("explain: what only the processes know is told both ways, and a key in flight as such") {
  desk d("explain");
  d.place(row::migrated);
  d.m.known.pending = true;
  d.m.known.generation = 9;
  d.m.known.old_store.trouble = "the store is down";
  d.run(cli::explain);
  CHECK(has(d, "only the processes know"));
  CHECK(has(d, "if admitted: read: New answers"));
  CHECK(has(d, "if not:      read: Old answers"));
  CHECK(has(d, "Old     cannot be told: the store is down"));
  CHECK(has(d, "unknown  generation 9  a write is in flight"));
  CHECK(has(d, "both    not compared"));
}

TEST_CASE("explain: why a row has no counterpart in New's shape") {
  desk d("explain");
  d.place(row::migrating);
  d.m.known.old_store.trouble = "ZD-102: the name has not two parts";
  d.m.known.old_store.unmappable = true;
  d.run(cli::explain);
  CHECK(has(d, "Old     has no counterpart in New's shape: ZD-102: the name has not two parts"));
  CHECK(has(d, "both    not compared"));
}

TEST_CASE("explain: for programs one object, values only where asked for") {
  desk d("explain", true);
  d.place(row::switched);
  d.m.known.old_store.value = "secret";
  d.m.known.known = zddm::knowledge::unknown;
  d.run(cli::explain);
  auto const e = cli::json::parse(d.data.str());
  CHECK(e["event"] == "explain");
  CHECK(e["old"]["holds"] == "present");
  CHECK(e["old"]["digest"] == cli::detail::digest("secret"));
  CHECK_FALSE(e["old"].contains("value"));
  CHECK(e["new"]["holds"] == "unknown");
  CHECK(e["agree"].is_null());
}

TEST_CASE("explain: on real stores, and what is no key is wrong usage") {
  ground::place p;
  p.from.put(7, "seven");
  desk d("explain");
  cli::environment const env;
  cli::subject_of<ground::names> m(env);
  auto s = d.session();
  d.asked.key = "7";
  cli::explain(s, m);
  CHECK(has(d, "Old     present  digest " + cli::detail::digest("\"seven\"")));
  CHECK(has(d, "New does not know the key: Old is asked"));
  d.asked.key = "seven";
  try {
    cli::explain(s, m);
    FAIL("it was taken for a key");
  } catch (cli::failure const& e) {
    CHECK(e.code() == 418);
    CHECK(e.exit() == cli::exit_code::usage);
    CHECK(e.findings()[0].what == "an integer is expected at byte 0 of 5");
  }
}

TEST_CASE("explain: within one store there are no routes") {
  desk d("explain");
  d.m.stores = false;
  CHECK(d.failure_of(cli::explain).code() == 310);
}
