// SPDX-License-Identifier: BSL-1.0
#include <zddm/lifecycle/local.hpp>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include <zddm/consistency/key_locked.hpp>
#include <zddm/core/clock.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/policy/axis.hpp>
#include <zddm/proxy/proxy.hpp>

using namespace zddm;
using lifecycle::row;
using lifecycle::step;

namespace {
using table = memory::store<std::string, int>;
using bound = lifecycle::local::bind<model<std::string, int, std::chrono::steady_clock>>;
} // namespace

TEST_CASE("lifecycle local: an operation obeys what the handle says, and the handle waits for it") {
  lifecycle::handle h("m");
  bound b(h);
  CHECK(&b.migration() == &h);
  CHECK(!bound::many_processes);
  std::thread mover;
  {
    auto const operation = b.enter();
    CHECK(operation.now().at == row::unrun);
    mover = std::thread([&] { h.take(step::prepare); });
    while (h.current().at == row::unrun) std::this_thread::yield();
    CHECK(h.current().at == row::preparing); // no further while this operation is under way
    CHECK(operation.now().at == row::unrun);
  }
  mover.join();
  CHECK(b.enter().now().at == row::prepared);
}

TEST_CASE("lifecycle local: it acts whatever its lease, since there is nobody to have moved on") {
  lifecycle::handle h("m");
  h.extend_lease(coarse_clock::now() - std::chrono::hours(1));
  CHECK(bound(h).may_act());
  table from, to;
  proxy<table, table, lifecycle::local> p(from, to, h);
  p.write("k", 1);
  CHECK(p.read("k") == 1);
}

TEST_CASE("lifecycle local: two movers at once still wait for every operation, one row after the other") {
  lifecycle::handle h("m");
  std::atomic<bool> second_moves{false};
  bool skipped = false;
  std::thread first, second;
  {
    auto const operation = h.enter();
    first = std::thread([&] { h.take(step::prepare); });
    while (h.current().at == row::unrun) std::this_thread::yield();
    second = std::thread([&] {
      second_moves = true;
      h.take(step::prepare);
    });
    while (!second_moves) std::this_thread::yield();
    for (int n = 0; n < 1000; ++n) {
      skipped |= h.current().at != row::preparing;
      std::this_thread::sleep_for(std::chrono::microseconds(20));
    }
  }
  first.join();
  second.join();
  CHECK(!skipped);
  CHECK(h.current().at == row::prepared);
}

TEST_CASE_TEMPLATE("lifecycle local: a whole life and back, and no way back once completed", Consistency, consistency::intent,
                   consistency::key_locked) {
  table from, to;
  lifecycle::handle h("m");
  proxy<table, table, lifecycle::local, Consistency> p(from, to, h);
  int n = 0;
  auto const check = [&](row wanted) {
    CHECK(h.current().at == wanted);
    p.write("k", ++n);
    CHECK(p.read("k") == n);
    p.erase("k");
    CHECK(!p.read("k"));
    p.write("k", ++n);
  };
  check(row::unrun);
  h.take(step::prepare);
  check(row::prepared);
  h.take(step::migrate);
  check(row::migrated);
  h.take(step::cut_over);
  check(row::switched);
  h.take(step::switch_off);
  check(row::migrated);
  h.take(step::roll_back);
  to.clear();
  check(row::unrun);
  h.take(step::prepare);
  h.take(step::migrate);
  h.take(step::cut_over);
  h.take(step::complete);
  check(row::completed);
  CHECK_THROWS_AS(h.take(step::switch_off), refused);
  CHECK_THROWS_AS(h.take(step::roll_back), refused);
  h.take(step::destroy);
  CHECK_THROWS_AS(p.read("k"), refused);
  CHECK_THROWS_AS(p.write("k", 1), refused);
}
