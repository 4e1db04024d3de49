// SPDX-License-Identifier: BSL-1.0
#include <zddm/proxy/basic_proxy.hpp>

#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/consistency/key_locked.hpp>
#include <zddm/core/mapping.hpp>
#include <zddm/gate/dial.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/lifecycle/shared.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>
#include <zddm/testing/faulty_store.hpp>

using namespace zddm;
using lifecycle::row;
using lifecycle::step;

namespace {

using rows = memory::store<std::string, int>;

template <class Consistency> struct fixture {
  rows old_rows, new_rows;
  lifecycle::handle life{"trial"};
  proxy<rows, rows, lifecycle::local, gate::dial, Consistency> p{old_rows, new_rows, life};
};

/// Every member, from an empty store to an empty store.
template <class Proxy> void keeps_its_contract(Proxy& p) {
  CHECK(!p.read("k"));
  p.write("k", 1);
  CHECK(p.read("k") == 1);
  CHECK(p.update("k", [](auto const& n) { return std::optional<int>(*n + 1); }) == 2);
  int lent = 0;
  CHECK(p.visit("k", [&](int n) { lent = n; }));
  CHECK(lent == 2);
  CHECK_FALSE(p.visit("other", [&](int) { lent = 9; }));
  std::vector<entry<std::string, int>> const more{{"a", 10}, {"b", 20}};
  CHECK(p.write_many(more).size() == 2);
  std::vector<std::string> const keys{"b", "nobody", "a", "k"};
  CHECK((p.read_many(keys) == std::vector<std::optional<int>>{20, std::nullopt, 10, 2}));
  CHECK(!p.update("a", [](auto const&) { return std::optional<int>(); }));
  for (auto const* key : {"k", "a", "b"}) p.erase(key);
  CHECK((p.read_many(keys) == std::vector<std::optional<int>>(4)));
}

struct as_text {
  static std::string to_new(int n) { return std::to_string(n); }
  static int to_old(std::string const& s) { return std::stoi(s); }
};

} // namespace

TEST_CASE_TEMPLATE("every member keeps its contract at every row, there and back", Consistency, consistency::intent,
                   consistency::key_locked) {
  fixture<Consistency> f;
  keeps_its_contract(f.p);
  f.life.take(step::prepare);
  keeps_its_contract(f.p);
  CHECK(f.new_rows.size() == 0);
  for (auto const rate : {30u, 100u, 60u}) {
    f.life.set_rate(threshold::percent(rate));
    keeps_its_contract(f.p);
  }
  for (auto const s : {step::migrate, step::cut_over, step::switch_off, step::roll_back}) {
    f.life.take(s);
    keeps_its_contract(f.p);
  }
  CHECK(f.life.current().at == row::unrun);
  for (auto const s : {step::prepare, step::migrate, step::cut_over, step::complete}) {
    f.life.take(s);
    keeps_its_contract(f.p);
  }
  f.life.take(step::destroy);
  CHECK_THROWS_AS(f.p.read("k"), refused);
  CHECK_THROWS_AS(f.p.write("k", 1), refused);
  CHECK_THROWS_AS(f.p.erase("k"), refused);
}

TEST_CASE_TEMPLATE("which store is asked, row by row", Consistency, consistency::intent, consistency::key_locked) {
  fixture<Consistency> f;
  f.life.set_rate(threshold::open());
  auto const plan = [&] { return f.p.plan("k"); };
  CHECK((plan().read == lifecycle::reads::old_only && plan().write == lifecycle::writes::old_only));
  f.life.take(step::prepare);
  CHECK((plan().read == lifecycle::reads::new_first && plan().write == lifecycle::writes::dual));
  f.life.set_rate(threshold::closed());
  CHECK((plan().read == lifecycle::reads::old_only && plan().write == lifecycle::writes::invalidate));
  f.life.take(step::migrate);
  CHECK((plan().read == lifecycle::reads::old_only && plan().write == lifecycle::writes::dual));
  f.life.take(step::cut_over);
  CHECK((plan().read == lifecycle::reads::new_first && plan().new_required));
  f.life.take(step::complete);
  CHECK((plan().read == lifecycle::reads::new_only && plan().write == lifecycle::writes::new_only));
}

TEST_CASE("a fixed unrun is Old alone, a fixed completed is New alone") {
  rows old_rows, new_rows;
  proxy<rows, rows> before(old_rows, new_rows);
  keeps_its_contract(before);
  before.write("k", 1);
  CHECK(old_rows.get("k") == 1);
  CHECK(new_rows.size() == 0);
  proxy<rows, rows, lifecycle::fixed<lifecycle::state::completed>> after(old_rows, new_rows);
  keeps_its_contract(after);
  after.write("k", 2);
  CHECK(old_rows.get("k") == 1);
  CHECK(new_rows.get("k") == 2);
  proxy<rows, rows, lifecycle::fixed<lifecycle::state::destroyed>> gone(old_rows, new_rows);
  CHECK_THROWS_AS(gone.read("k"), refused);
}

TEST_CASE("the caller speaks New's shape; Old keeps its own") {
  memory::store<std::string, int> table;
  mapped<decltype(table), as_text> old_rows(table);
  memory::store<std::string, std::string> new_rows;
  lifecycle::handle life("trial");
  proxy<decltype(old_rows), decltype(new_rows), lifecycle::local> p(old_rows, new_rows, life);
  life.take(step::prepare);
  p.write("k", "41");
  CHECK(table.get("k") == 41);
  CHECK(new_rows.get("k") == "41");
  CHECK(p.update("k", [](auto const& s) { return std::optional<std::string>(std::to_string(std::stoi(*s) + 1)); }) == "42");
  CHECK(table.get("k") == 42);
}

TEST_CASE("what Old throws reaches the caller unchanged") {
  struct broken : rows {
    std::optional<int> get(std::string const&) { throw std::domain_error("as Old says it"); }
    void put(std::string const&, int) { throw std::domain_error("as Old says it"); }
  } old_rows;
  rows new_rows;
  lifecycle::handle life("trial");
  proxy<broken, rows, lifecycle::local> p(old_rows, new_rows, life);
  CHECK_THROWS_WITH_AS(p.read("k"), "as Old says it", std::domain_error);
  life.take(step::prepare);
  CHECK_THROWS_WITH_AS(p.read("k"), "as Old says it", std::domain_error);
  CHECK_THROWS_WITH_AS(p.write("k", 1), "as Old says it", std::domain_error);
}

TEST_CASE("H16: a process whose lease is over serves nothing; a write that ends after it has an unknown outcome") {
  rows old_rows, new_rows;
  lifecycle::handle life("trial");
  proxy<rows, rows, lifecycle::shared> p(old_rows, new_rows, life);
  life.extend_lease(coarse_clock::time_point::max());
  p.write("k", 1);
  life.extend_lease(coarse_clock::time_point{});
  CHECK_THROWS_AS(p.read("k"), lease_lost);
  CHECK_THROWS_AS(p.write("k", 2), lease_lost);
  CHECK(old_rows.get("k") == 1);
  life.extend_lease(coarse_clock::time_point::max());
  try {
    p.update("k", [&](auto const&) {
      life.extend_lease(coarse_clock::time_point{});
      return std::optional<int>(3);
    });
    FAIL("the write was acknowledged after the lease");
  } catch (store_error const& e) {
    CHECK(e.kind() == error_class::unknown_outcome);
  }
}

TEST_CASE_TEMPLATE("rejoin gives New what was written while it was shut out, or leaves it shut out", Consistency,
                   consistency::intent, consistency::key_locked) {
  using flaky = testing::faulty_store<rows>;
  rows old_rows, inner;
  flaky new_rows(inner);
  lifecycle::handle life("trial");
  proxy<rows, flaky, lifecycle::local, gate::dial, Consistency> p(old_rows, new_rows, life);
  p.write("k", 1);
  p.write("gone", 1);
  life.take(step::prepare);
  life.set_rate(threshold::open());
  (void)p.read("k");
  (void)p.read("gone");
  life.quarantine("New is down");
  new_rows.script(testing::fail_always());
  CHECK(p.write("k", 2).new_store == reached::journaled);
  p.erase("gone");
  CHECK(p.read("k") == 2);
  CHECK_THROWS_AS(p.rejoin(), store_error);
  CHECK(p.read("k") == 2);
  new_rows.script({});
  CHECK(p.rejoin() == 2);
  CHECK(p.rejoin() == 0);
  CHECK(p.read("k") == 2);
  CHECK(!p.read("gone"));
  CHECK(inner.get("k") == 2);
  CHECK(!inner.get("gone"));
}

namespace {
std::vector<std::string> warnings;
} // namespace

TEST_CASE("basic_proxy: in completed it warns once, whatever is called and how often, and in no other row") {
  using rows = zddm::memory::store<int, int>;
  rows from, to;
  zddm::lifecycle::handle h("orders");
  zddm::proxy<rows, rows, zddm::lifecycle::local> p(from, to, h), other(from, to, h);
  warnings.clear();
  auto const before =
      zddm::lifecycle::send_warnings_to([](zddm::lifecycle::warning const& w) { warnings.push_back(to_string(w)); });
  for (auto const s : {zddm::lifecycle::step::prepare, zddm::lifecycle::step::migrate, zddm::lifecycle::step::cut_over,
                       zddm::lifecycle::step::complete}) {
    p.write(1, 1);
    (void)p.read(1);
    CHECK(warnings.empty());
    h.take(s);
  }
  for (int i = 0; i < 3; ++i) {
    CHECK(p.read(1) == 1);
    p.write(1, 1);
    CHECK(other.read(1) == 1);
  }
  zddm::lifecycle::send_warnings_to(before);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].find("migration orders is completed and a proxy still serves it") != std::string::npos);
}
