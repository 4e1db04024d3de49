// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/store_facts.hpp>

#include <map>
#include <string>

#include <doctest/doctest.h>

#include <tools/scratch.hpp>
#include <zddm/core/mapping.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/sqlite/database.hpp>
#include <zddm/sqlite/store.hpp>

using namespace zddm;

namespace {
struct plain {
  using key_type = int;
  using value_type = int;
  std::optional<int> get(int) const { return {}; }
  void put(int, int) {}
  void erase(int) {}
};
struct same {
  static int to_new(int v) { return v; }
  static int to_old(int v) { return v; }
};
std::map<std::string_view, bool> can(cli::store_facts const& f) { return {f.capabilities.begin(), f.capabilities.end()}; }
} // namespace

TEST_CASE("store_facts: what a store can do, by the names of the concepts") {
  plain p;
  auto const f = cli::facts_of(p);
  CHECK(f.capabilities.size() == 10);
  for (auto const& [name, there] : f.capabilities) CHECK_MESSAGE(!there, name);
  CHECK(f.at_risk.empty());
  memory::store<int, int> m;
  auto all = can(cli::facts_of(m));
  CHECK(all["intents"]);
  CHECK(all["scannable"]);
  CHECK(all["versioned"]);
}

TEST_CASE("store_facts: what a loss of power may take, through a mapping too") {
  test::scratch const folder;
  auto const risk = [&](sqlite::synchronous how) {
    sqlite::options o;
    o.synchronous = how;
    sqlite::database d(folder / "x.db", o);
    sqlite::store<int, int> s(d, {.table = "t", .key = {"k"}, .value = {"v"}});
    s.create_table();
    mapped<decltype(s), same> view(s);
    CHECK(cli::facts_of(view).at_risk == cli::facts_of(s).at_risk);
    return cli::facts_of(s).at_risk;
  };
  CHECK(risk(sqlite::synchronous::full).empty());
  CHECK(risk(sqlite::synchronous::normal) == "the last commits");
  CHECK(risk(sqlite::synchronous::off) == "the file");
}
