// SPDX-License-Identifier: BSL-1.0
#include <zddm/postgres/work_queue.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <tools/postgres.hpp>
#include <tools/processes.hpp>
#include <zddm/postgres/state_store.hpp>
#include <zddm/testing/laws/work_queue.hpp>

using namespace std::chrono_literals;
using zddm::store_error;
using zddm::backfill::counts;
using zddm::backfill::task;
using zddm::backfill::wanted;
using zddm::backfill::work;
using zddm::postgres::work_queue;

static_assert(zddm::backfill::work_queue<work_queue>);

namespace {

test::postgres_server& server() { return test::postgres_server::shared(); }

/// Does `f` until the connection holds.
template <class F> auto until_heard(F f) {
  for (;;) try {
      return f();
    } catch (store_error const& e) {
      if (e.kind() == zddm::error_class::permanent) throw;
      std::this_thread::sleep_for(20ms);
    }
}

/// Works until everything is done. Its notes say `<NAME` for what it began, `<NAME>` for what it ended.
bool work_on(std::string const& url, std::string const& me, std::chrono::milliseconds lease) {
  auto const queue = until_heard([&] { return std::make_unique<work_queue>(url, "people"); });
  auto& q = *queue;
  auto const plan = until_heard([&] { return q.plan(); })->id;
  for (;;) {
    auto const got = until_heard([&] { return q.claim(plan, me, wanted{3}, lease); });
    for (auto const& t : got) {
      std::this_thread::sleep_for(2ms);
      if (!until_heard([&] { return q.report(t, {work::held, t.note + "<" + me}); })) continue;
      std::this_thread::sleep_for(2ms);
      until_heard([&] { return q.report(t, {work::done, t.note + "<" + me + ">"}); });
    }
    if (got.empty()) {
      auto const at = until_heard([&] { return q.counts(plan); });
      if (at.open + at.held == 0) return true;
      std::this_thread::sleep_for(10ms);
    }
  }
}

} // namespace

TEST_CASE("postgres work_queue keeps the laws") {
  zddm::testing::laws::work_queue([] { return work_queue(server().fresh(), "people"); },
                                  [](std::string_view law) { FAIL_CHECK(law); });
}

TEST_CASE("postgres work_queue: queues of several names share a database with a state store and do not disturb each other") {
  auto const url = server().fresh();
  zddm::postgres::state_store const state(url);
  work_queue people(url, "people"), orders(url, "orders");
  CHECK(people.make("p", 3));
  CHECK(orders.make("o", 5));
  CHECK(people.claim(people.plan()->id, "a", wanted{9}, 60s).size() == 3);
  CHECK(orders.counts(orders.plan()->id) == counts{5, 0, 0, 0});
  people.forget();
  CHECK(orders.plan()->text == "o");
  CHECK(orders.counts(orders.plan()->id) == counts{5, 0, 0, 0});
}

TEST_CASE("postgres work_queue keeps bytes that are no text, and plans of many items") {
  work_queue q(server().fresh(), std::string("\0\xff", 2));
  std::string const odd("a\0'\xfe", 4);
  REQUIRE(q.make(odd, 10'000));
  auto const plan = *q.plan();
  CHECK(plan.text == odd);
  auto const got = q.claim(plan.id, odd, wanted{1, 9'999, 9'999}, 60s);
  REQUIRE(got.size() == 1);
  CHECK(q.report(got[0], {work::failed, odd, odd}));
  auto const last = q.items(plan.id).back();
  CHECK(last.note == odd);
  CHECK(last.reason == odd);
  CHECK(last.worker == odd);
  CHECK(q.counts(plan.id) == counts{9'999, 0, 0, 1});
}

TEST_CASE("postgres work_queue: who claims passes over what another is claiming, and does not wait for it") {
  auto const url = server().fresh();
  work_queue q(url, "people");
  q.make("p", 6);
  auto const plan = q.plan()->id;
  std::atomic<bool> over{false};
  std::thread slow([&] {
    zddm::postgres::database d(url);
    d.run(std::array{zddm::postgres::query("SELECT item FROM zddm_work WHERE item < 2 FOR UPDATE"),
                     zddm::postgres::query("SELECT pg_sleep(4)")},
          zddm::postgres::effect::none);
    over = true;
  });
  zddm::postgres::database watch(url);
  while (watch
             .run(zddm::postgres::query("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"),
                  zddm::postgres::effect::none)
             .integer(0, 0) == 0)
    std::this_thread::sleep_for(5ms);
  auto const got = q.claim(plan, "a", wanted{2}, 60s);
  CHECK_FALSE(over);
  slow.join();
  REQUIRE(got.size() == 2);
  CHECK(got[0].item == 2);
  CHECK(got[1].item == 3);
  CHECK(q.claim(plan, "a", wanted{1}, 60s).front().item == 0);
}

TEST_CASE("postgres work_queue: a worker that was stopped beyond its lease can neither save nor finish") {
  auto const url = server().fresh();
  work_queue q(url, "people");
  q.make("p", 1);
  auto const plan = q.plan()->id;
  test::process sleeper([&] {
    work_queue mine(url, "people");
    std::vector<task> got;
    while (got.empty() || !mine.report(got[0], {work::held, "half"})) got = mine.claim(plan, "sleeper", {}, 300ms);
    ::raise(SIGSTOP);
    return !mine.report(got[0], {work::held, "late"}) && !mine.report(got[0], {work::done});
  });
  std::vector<task> heir;
  while (heir.empty() || heir.front().note != "half") {
    std::this_thread::sleep_for(10ms);
    if (auto const now = q.items(plan); now[0].note == "half") heir = q.claim(plan, "heir", {}, 60s);
  }
  CHECK(q.report(heir[0], {work::held, "mine"}));
  sleeper.signal(SIGCONT);
  CHECK(sleeper.wait() == 0);
  CHECK(q.items(plan)[0].note == "mine");
  CHECK(q.report(heir[0], {work::done}));
}

TEST_CASE("postgres work_queue: every item is ended once by workers that are killed and stopped, over a server that restarts") {
  test::postgres_server own;
  auto const url = own.url();
  constexpr std::uint64_t items = 400;
  work_queue q(url, "people");
  q.make("p", items);
  auto const plan = q.plan()->id;
  std::vector<std::unique_ptr<test::process>> workers(4);
  int born = 0;
  auto const start = [&](std::unique_ptr<test::process>& w) {
    w = std::make_unique<test::process>([&, me = "w" + std::to_string(++born)] { return work_on(url, me, 700ms); });
  };
  for (auto& w : workers) start(w);
  std::mt19937 random(5);
  bool restarted = false;
  for (counts at; (at = until_heard([&] { return q.counts(plan); })).done < items;) {
    std::this_thread::sleep_for(60ms);
    auto& w = workers[random() % workers.size()];
    if (random() % 2 == 0) {
      w->kill();
      start(w);
    } else {
      w->signal(SIGSTOP);
      std::this_thread::sleep_for(std::chrono::milliseconds(random() % 3 == 0 && restarted ? 900 : 30));
      w->signal(SIGCONT);
    }
    if (!restarted && at.done > items / 10) {
      own.stop("immediate");
      own.start();
      restarted = true;
    }
  }
  for (auto& w : workers) CHECK(w->wait() == 0);
  CHECK(restarted);
  CHECK(q.counts(plan) == counts{0, 0, items, 0});
  for (auto const& one : q.items(plan)) {
    CHECK(one.note.ends_with(">"));
    CHECK(one.note.find('>') == one.note.size() - 1);
  }
}
