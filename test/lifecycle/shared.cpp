// SPDX-License-Identifier: BSL-1.0
#include <zddm/lifecycle/shared.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <zddm/core/clock.hpp>
#include <zddm/core/error.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/policy/axis.hpp>
#include <zddm/proxy/proxy.hpp>
#include <zddm/testing/faulty_store.hpp>

using namespace zddm;
using lifecycle::step;

namespace {

using table = memory::store<std::string, int>;
using faulty = testing::faulty_store<table>;
using bound = lifecycle::shared::bind<model<std::string, int, std::chrono::steady_clock>>;

std::optional<int> increment(std::optional<int> const& n) { return n.value_or(0) + 1; }

void give(lifecycle::handle& h) { h.extend_lease(coarse_clock::now() + std::chrono::hours(1)); }
void take_away(lifecycle::handle& h) { h.extend_lease(coarse_clock::now() - std::chrono::hours(1)); }

/// The lease ends while the store is called.
testing::fault_script ends_lease(lifecycle::handle& h, std::string member) {
  return [&h, member](std::string_view called) -> std::optional<testing::fault> {
    if (called == member) take_away(h);
    return std::nullopt;
  };
}

} // namespace

TEST_CASE("lifecycle shared: a process that never joined serves nothing; one that has joined is not put back") {
  table from, to;
  lifecycle::handle h("m");
  proxy<table, table, lifecycle::shared> early(from, to, h);
  CHECK_THROWS_AS((void)early.write("a", 1), lease_lost);
  CHECK_THROWS_AS((void)early.read("a"), lease_lost);
  CHECK(from.size() == 0);
  give(h);
  proxy<table, table, lifecycle::shared> late(from, to, h);
  early.write("a", 1);
  CHECK(late.read("a") == 1);
}

TEST_CASE("lifecycle shared: a process may act as long as its lease lasts") {
  lifecycle::handle h("m");
  bound b(h);
  CHECK(bound::many_processes);
  CHECK(&b.migration() == &h);
  give(h);
  CHECK(b.may_act());
  take_away(h);
  CHECK(!b.may_act());
  give(h);
  CHECK(b.may_act());
}

TEST_CASE("lifecycle shared: without a lease every operation fails before it did anything") {
  table from, to;
  faulty old_store(from), new_store(to);
  lifecycle::handle h("m");
  proxy<faulty, faulty, lifecycle::shared> p(old_store, new_store, h);
  for (auto const s : {step::prepare, step::migrate, step::cut_over, step::complete}) {
    give(h);
    p.write("k", 1);
    take_away(h);
    auto const before = old_store.faults() + new_store.faults();
    CHECK_THROWS_AS(p.read("k"), lease_lost);
    CHECK_THROWS_AS(p.write("k", 2), lease_lost);
    CHECK_THROWS_AS(p.erase("k"), lease_lost);
    CHECK_THROWS_AS(p.update("k", increment), lease_lost);
    CHECK_THROWS_AS(p.visit("k", [](int) {}), lease_lost);
    CHECK(old_store.faults() + new_store.faults() == before);
    give(h);
    CHECK(p.read("k") == 1);
    h.take(s);
  }
}

TEST_CASE("lifecycle shared: a read whose lease ends under way is not answered") {
  table from, to;
  faulty old_store(from);
  lifecycle::handle h("m");
  proxy<faulty, table, lifecycle::shared> p(old_store, to, h);
  from.put("k", 1);
  give(h);
  old_store.script(ends_lease(h, "get"));
  CHECK_THROWS_AS(p.read("k"), lease_lost);
}

TEST_CASE("lifecycle shared: a read whose lease ended before it looked fills nothing") {
  table from, to;
  faulty new_store(to);
  lifecycle::handle h("m");
  proxy<table, faulty, lifecycle::shared> p(from, new_store, h);
  from.put("k", 1);
  give(h);
  h.take(step::prepare);
  new_store.script(ends_lease(h, "look"));
  CHECK_THROWS_AS(p.read("k"), lease_lost);
  CHECK(to.size() == 0);
  give(h);
  new_store.script({});
  CHECK(p.read("k") == 1);
  CHECK(to.size() == 1);
}

TEST_CASE("lifecycle shared: a write whose lease ends under way has an unknown outcome, never success") {
  table from, to;
  faulty old_store(from);
  lifecycle::handle h("m");
  proxy<faulty, table, lifecycle::shared> p(old_store, to, h);
  give(h);
  h.take(step::prepare);
  old_store.script(ends_lease(h, "put"));
  try {
    p.write("k", 1);
    FAIL("a write was acknowledged although its lease was over");
  } catch (store_error const& e) {
    CHECK(e.kind() == error_class::unknown_outcome);
    CHECK(e.code() == 114);
  }
}

TEST_CASE("lifecycle shared: a write whose lease ends before Old is touched does not touch it") {
  table from, to;
  faulty new_store(to);
  lifecycle::handle h("m");
  proxy<table, faulty, lifecycle::shared> p(from, new_store, h);
  give(h);
  h.take(step::prepare);
  p.write("k", 1);
  new_store.script(ends_lease(h, "begin"));
  CHECK_THROWS_AS(p.write("k", 2), lease_lost);
  CHECK(from.get("k") == 1);
  give(h);
  new_store.script({});
  CHECK(p.read("k") == 1);
}
