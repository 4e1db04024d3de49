// SPDX-License-Identifier: BSL-1.0
#include <zddm/lifecycle/handle.hpp>

#include <atomic>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

using namespace zddm::lifecycle;
using namespace std::chrono_literals;
using zddm::threshold;

TEST_CASE("handle: only later epochs are adopted") {
  handle h("names");
  CHECK(h.current() == settings{});
  h.publish({row::preparing, 3});
  h.publish({row::prepared, 3});
  h.publish({row::unrun, 2});
  CHECK(h.current().at == row::preparing);
  h.publish({row::prepared, 4});
  CHECK(h.current().at == row::prepared);
}

TEST_CASE("handle: an operation keeps the settings it began with, and publishing waits for it") {
  handle h("names");
  std::atomic<int> stage{0};
  std::thread other([&] {
    auto op = h.enter();
    stage = 1;
    while (stage < 2) std::this_thread::yield();
    CHECK(op.now().at == row::unrun);
    CHECK(h.current().at == row::preparing);
    op.leave();
  });
  while (stage < 1) std::this_thread::yield();
  int waits = 0;
  h.publish({row::preparing, 1}, [&] {
    if (++waits == 50) stage = 2;
    std::this_thread::yield();
  });
  CHECK(waits >= 50);
  other.join();
}

TEST_CASE("handle: earlier settings stay readable for who still holds them") {
  handle h("names");
  std::vector<settings const*> kept{&h.current()};
  for (std::uint64_t e = 1; e < 100; ++e) {
    h.publish({row::prepared, e});
    kept.push_back(&h.current());
  }
  for (std::uint64_t e = 0; e < 100; ++e) CHECK(kept[e]->epoch == e);
}

TEST_CASE("handle: a single process walks the whole life, and a wrong step changes nothing") {
  handle h("names");
  CHECK_THROWS_AS(h.take(step::complete), zddm::refused);
  CHECK(h.current() == settings{});
  h.take(step::prepare);
  CHECK(h.current().at == row::prepared);
  h.take(step::prepare);
  CHECK(h.current().at == row::prepared);
  h.take(step::migrate);
  h.take(step::cut_over);
  CHECK(h.current().at == row::switched);
  h.take(step::switch_off);
  CHECK(h.current().at == row::migrated);
  h.take(step::roll_back);
  CHECK(h.current().at == row::unrun);
  for (auto const s : {step::prepare, step::migrate, step::cut_over, step::complete, step::destroy}) h.take(s);
  CHECK(h.current().at == row::destroyed);
  CHECK_THROWS_AS(h.take(step::roll_back), zddm::refused);
}

TEST_CASE("handle: a rate is reached through the high-water rate") {
  handle h("names");
  h.take(step::prepare, threshold::closed());
  h.set_rate(threshold::percent(25));
  CHECK(h.current().rate == threshold::percent(25));
  CHECK(h.current().high_water == threshold::percent(25));
  h.set_rate(threshold::percent(5));
  CHECK(h.current().high_water == threshold::percent(25));
}

TEST_CASE("handle: the lease has no end until it is given one") {
  handle h("names");
  CHECK(h.lease_valid());
  h.extend_lease(zddm::coarse_clock::now() - 1ms);
  CHECK_FALSE(h.lease_valid());
  h.extend_lease(zddm::coarse_clock::now() + 1h);
  CHECK(h.lease_valid());
}

TEST_CASE("handle: intents are never named twice, nor by two handles alike") {
  handle a("names"), b("names");
  std::set<zddm::intent_id> seen;
  for (int i = 0; i < 100; ++i) {
    CHECK(seen.insert(a.next_intent()).second);
    CHECK(seen.insert(b.next_intent()).second);
  }
  auto const before = a.process();
  a.rename();
  CHECK(a.process() != before);
  CHECK(a.next_intent().process == a.process());
  CHECK(a.process() != 0);
}

TEST_CASE("handle: the seed is of the name alone") {
  CHECK(handle("names").seed() == handle("names").seed());
  CHECK(handle("names").seed() != handle("orders").seed());
}

TEST_CASE("handle: alone it shuts New out by itself, once") {
  handle h("names", {row::prepared, 5});
  h.quarantine("New is down");
  CHECK(h.current().shut == quarantine::settled);
  CHECK(h.current().epoch == 6);
  h.quarantine("still");
  CHECK(h.current().epoch == 6);
  h.journal("k");
}

TEST_CASE("handle: in quarantine no step forward is taken, and the steps back are") {
  handle h("names", {row::prepared, 5});
  h.quarantine("New is down");
  for (auto const forward : {step::migrate, step::destroy}) CHECK_THROWS_AS(h.take(forward), zddm::refused);
  CHECK_NOTHROW(h.take(step::prepare));
  CHECK(h.current().at == row::prepared);
  h.take(step::roll_back);
  CHECK(h.current().at == row::unrun);
}

TEST_CASE("handle: New is let in again once every key written meanwhile is healed") {
  handle h("names", {row::prepared, 5});
  CHECK(h.let_in([](std::string const&) { FAIL("nothing was written down"); }) == 0);
  h.quarantine("New is down");
  h.journal("k1");
  h.journal("k2");
  int calls = 0;
  auto const fails = [&](std::string const& key) {
    CHECK(h.current().shut == quarantine::rejoining);
    ++calls;
    if (key == "k2") throw std::runtime_error("New is still down");
  };
  CHECK_THROWS_AS(h.let_in(fails), std::runtime_error);
  CHECK(calls == 2);
  CHECK(h.current().shut != quarantine::none);
  std::set<std::string> healed;
  CHECK(h.let_in([&](std::string const& key) { healed.insert(key); }) == 1);
  CHECK(healed == std::set<std::string>{"k2"});
  CHECK(h.current().shut == quarantine::none);
  h.take(step::migrate);
  CHECK(h.current().at == row::migrated);
}

TEST_CASE("handle: in a fleet it asks the port") {
  struct port final : outage_port {
    void quarantine(std::string_view reason) override { why = reason; }
    void ask_quarantine(std::string_view reason) override { asked = reason; }
    void journal(std::string_view key) override { keys.emplace_back(key); }
    std::string why;
    std::string asked;
    std::vector<std::string> keys;
  } p;
  handle h("names", {row::prepared, 5});
  h.attach(&p);
  h.quarantine("down");
  h.journal("k1");
  h.ask_quarantine("slow");
  CHECK(p.why == "down");
  CHECK(p.asked == "slow");
  CHECK(p.keys == std::vector<std::string>{"k1"});
  CHECK(h.current().epoch == 5);
  h.attach(nullptr);
  h.quarantine("down");
  CHECK(h.current().epoch == 6);
}

TEST_CASE("handle: draining waits for what is under way without new settings") {
  handle h("names");
  h.drain([] { FAIL("nothing is under way"); });
  auto op = h.enter();
  std::atomic<int> waits{0};
  std::thread drainer([&] {
    h.drain([&] {
      ++waits;
      std::this_thread::yield();
    });
  });
  while (waits < 20) std::this_thread::yield();
  op.leave();
  drainer.join();
}
