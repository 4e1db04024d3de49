// SPDX-License-Identifier: BSL-1.0
#include <zddm/consistency/sampled.hpp>

#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <boost/hana/define_struct.hpp>

#include <zddm/consistency/intent.hpp>
#include <zddm/consistency/key_locked.hpp>
#include <zddm/consistency/unguarded.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/observer/all_of.hpp>
#include <zddm/observer/callback.hpp>
#include <zddm/observer/counters.hpp>
#include <zddm/proxy/guarantee.hpp>
#include <zddm/proxy/proxy.hpp>
#include <zddm/testing/faulty_store.hpp>
#include <zddm/testing/manual_executor.hpp>
using namespace zddm;
using lifecycle::step;

namespace {
using rows = memory::store<std::string, int>;
using flaky = testing::faulty_store<rows>;

using by_intent = consistency::intent;
using consistency::key_locked;
using consistency::unguarded;
using event::comparison;

struct results {
  std::vector<comparison> seen;
  std::vector<std::string> columns;
  int repaired = 0;
  void operator()(event::compared const& c) {
    seen.push_back(c.result);
    columns.emplace_back(c.column);
  }
  void operator()(event::repaired const& r) { repaired += r.applied; }
};
using told = observer::callback<results>;

template <class Inner, class OnMismatch = consistency::report, unsigned N = 1, unsigned M = 1, class Where = consistency::on_path>
using users = proxy<rows, rows, lifecycle::local, told, consistency::sampled<N, M, OnMismatch, Inner, Where>>;
} // namespace

static_assert(promise_of<users<by_intent>> == promise_of<proxy<rows, rows, lifecycle::local>>, "comparing promises nothing else");

TEST_CASE_TEMPLATE("consistency sampled: equal, differs, missing and extra are told apart", Inner, by_intent, key_locked,
                   unguarded) {
  rows from, to;
  results r;
  lifecycle::handle h("m");
  h.take(step::prepare);
  users<Inner> p(from, to, h, r);
  p.write("k", 1);
  CHECK(p.read("k") == 1);
  to.put("k", 9); // as a defect that is nobody's write would leave it
  CHECK(p.read("k") == 9);
  from.erase("k");
  CHECK(p.read("k") == 9);
  CHECK(r.seen == std::vector{comparison::equal, comparison::differs, comparison::extra});
}

TEST_CASE_TEMPLATE("consistency sampled: repair gives New what Old holds", Inner, by_intent, key_locked, unguarded) {
  rows from, to;
  results r;
  lifecycle::handle h("m");
  h.take(step::prepare);
  users<Inner, consistency::repair> p(from, to, h, r);
  p.write("k", 1);
  to.put("k", 9);
  CHECK(p.read("k") == 9);
  CHECK(r.repaired == 1);
  CHECK(to.get("k") == 1);
  CHECK(p.read("k") == 1);
  CHECK(r.repaired == 1);
}

TEST_CASE_TEMPLATE("consistency sampled: after the switch New's value stays, and the difference is told", Inner, by_intent,
                   key_locked, unguarded) {
  rows from, to;
  results r;
  lifecycle::handle h("m");
  h.take(step::prepare);
  users<Inner, consistency::repair> p(from, to, h, r);
  p.write("k", 1);
  h.take(step::migrate);
  h.take(step::cut_over);
  from.put("k", 9);
  CHECK(p.read("k") == 1);
  CHECK(p.read("k") == 1);
  CHECK(r.seen == std::vector{comparison::differs, comparison::differs});
  CHECK(r.repaired == 0);
}

TEST_CASE("consistency sampled H13: a write in flight is no difference, and is not repaired") {
  rows from, to;
  results r;
  lifecycle::handle h("m");
  h.take(step::prepare);
  users<by_intent, consistency::repair> p(from, to, h, r);
  p.write("k", 1);
  auto const begun = to.begin("k", {77, 1}); // another process
  REQUIRE(begun);
  from.put("k", 2);
  CHECK(p.read("k") == 2);
  CHECK(r.seen == std::vector{comparison::in_flight});
  CHECK(r.repaired == 0);
  CHECK(to.end("k", *begun, 2));
  CHECK(p.read("k") == 2);
  CHECK(r.seen.back() == comparison::equal);
}

TEST_CASE("consistency sampled H13: a write that begins while the values are looked at is no difference") {
  struct disturbed : rows {
    std::function<void()> before_get = [] {};
    std::optional<int> get(std::string const& k) const {
      before_get();
      return rows::get(k);
    }
  };
  disturbed from;
  rows to;
  results r;
  lifecycle::handle h("m");
  h.take(step::prepare);
  proxy<disturbed, rows, lifecycle::local, told, consistency::sampled<1, 1, consistency::report, by_intent>> p(from, to, h, r);
  p.write("k", 0);
  int n = 0;
  from.before_get = [&] { // between the look at New and the look at Old, every time
    auto const t = to.begin("k", {77, static_cast<std::uint64_t>(++n)});
    from.put("k", n);
    to.end("k", *t, n);
  };
  CHECK(p.read("k") == 0);
  CHECK(r.seen == std::vector{comparison::in_flight});
}

TEST_CASE("consistency sampled: the share of the reads that are compared is as told") {
  rows from, to;
  results r;
  lifecycle::handle h("m");
  h.take(step::prepare);
  users<key_locked, consistency::report, 5, 100> p(from, to, h, r);
  p.write("k", 1);
  for (int i = 0; i < 10'000; ++i) (void)p.read("k");
  CHECK(r.seen.size() > 350);
  CHECK(r.seen.size() < 650);
}

TEST_CASE("consistency sampled: with an executor no reader waits, and what it does not take is counted") {
  rows from, to;
  results r;
  testing::manual_executor later(1);
  observer::counts counts;
  lifecycle::handle h("m");
  h.take(step::prepare);
  proxy<rows, rows, lifecycle::local, observer::all_of<told, observer::counters>,
        consistency::sampled<1, 1, consistency::report, by_intent, testing::manual_executor>>
      p(from, to, h, r, counts, later);
  p.write("k", 1);
  CHECK(p.read("k") == 1);
  CHECK(r.seen.empty());
  CHECK(p.read("k") == 1);
  CHECK(counts.shed == 1);
  later.flush();
  CHECK(r.seen == std::vector{comparison::equal});
  CHECK(counts.compared[static_cast<std::size_t>(comparison::equal)] == 1);
}

struct person {
  BOOST_HANA_DEFINE_STRUCT(person, (std::string, name), (int, age));
  friend bool operator==(person const&, person const&) = default;
};

TEST_CASE("consistency sampled: the first column that differs is named, and no value") {
  memory::store<int, person> from, to;
  results r;
  lifecycle::handle h("m");
  h.take(step::prepare);
  proxy<memory::store<int, person>, memory::store<int, person>, lifecycle::local, told,
        consistency::sampled<1, 1, consistency::report, key_locked>>
      p(from, to, h, r);
  p.write(1, {"ada", 36});
  to.put(1, {"ada", 37});
  CHECK(p.read(1)->age == 37);
  CHECK(r.columns == std::vector<std::string>{"age"});
}

TEST_CASE("consistency sampled: what only one store serves is not compared") {
  rows from, to;
  results r;
  lifecycle::handle h("m");
  users<by_intent> p(from, to, h, r);
  p.write("k", 1);
  CHECK(p.read("k") == 1);
  CHECK(r.seen.empty());
}
