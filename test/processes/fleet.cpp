// SPDX-License-Identifier: BSL-1.0
#include <zddm/lifecycle/member.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <tools/processes.hpp>
#include <tools/scratch.hpp>
#include <zddm/lifecycle/drive.hpp>
#include <zddm/sqlite/state_store.hpp>

using namespace zddm::lifecycle;
using namespace std::chrono_literals;
using zddm::threshold;
using file_store = zddm::sqlite::state_store;

namespace {

constexpr int most = 4;
auto const nothing = [](snapshot const&, settings const&) {};
drive_options const options{{"test", "test"}, 120s};
member_options const quick{600ms, 5ms, "", true};

void wait_for(std::atomic<int> const& value, int wanted) {
  while (value < wanted) std::this_thread::sleep_for(1ms);
}

template <class... Steps> void walk_all(file_store& s, Steps... steps) {
  (walk(s, "names", steps, threshold::open(), options, nothing), ...);
}

/// Does `f` while the process is stopped. One that was stopped inside a transaction holds the file's lock: it is let go and
/// stopped again.
template <class F> void while_stopped(test::process const& p, F f) {
  for (;;) {
    p.signal(SIGSTOP);
    try {
      return f();
    } catch (zddm::store_error const& e) {
      if (e.kind() != zddm::error_class::transient) throw;
      p.signal(SIGCONT);
      std::this_thread::sleep_for(20ms);
    }
  }
}

/// What the processes tell each other while they run.
struct traffic {
  std::array<std::atomic<std::uint64_t>, most> obeyed{}; ///< 1 + the epoch an operation under way obeys, 0 where there is none
  std::atomic<int> joined{0}, stop{0}, apart{0}, unknown{0}, done{0};
};

/// Operations without pause. One that still holds its lease at its end must not have met an operation two epochs ahead.
bool serve(std::string const& path, test::shared_memory<traffic>& t, int me) {
  file_store s(path);
  handle h("names");
  member<file_store> const m(s, h, quick);
  ++t->joined;
  while (!t->stop) {
    auto const op = h.enter();
    if (!h.lease_valid()) {
      std::this_thread::sleep_for(1ms);
      continue;
    }
    auto const mine = op.now().epoch;
    t->obeyed[static_cast<std::size_t>(me)] = mine + 1;
    std::this_thread::sleep_for(200us);
    std::uint64_t ahead = 0;
    for (auto const& other : t->obeyed) ahead = std::max(ahead, other.load());
    if (!h.lease_valid())
      ++t->unknown;
    else if (ahead > mine + 2)
      ++t->apart;
    else
      ++t->done;
    t->obeyed[static_cast<std::size_t>(me)] = 0;
  }
  return true;
}

} // namespace

TEST_CASE("fleet: processes that are killed, paused and restarted are never two rows apart") {
  test::scratch const folder;
  auto const path = folder / "zd.db";
  test::shared_memory<traffic> t;
  std::vector<test::process> all;
  for (int i = 0; i < most; ++i) all.emplace_back([&, i] { return serve(path, t, i); });
  wait_for(t->joined, most);

  file_store s(path);
  std::mt19937 random(7);
  for (int round = 0; round < 3; ++round)
    for (auto const step : {step::prepare, step::migrate, step::cut_over, step::switch_off, step::roll_back}) {
      auto const victim = random() % most;
      auto& p = all[victim];
      if (random() % 2 == 0) {
        while_stopped(p, [&] { walk_all(s, step); });
        p.signal(SIGCONT);
        continue;
      }
      p.kill();
      t->obeyed[victim] = 0;
      int const before = t->joined;
      std::destroy_at(&p);
      std::construct_at(&p, [&, victim] { return serve(path, t, static_cast<int>(victim)); });
      wait_for(t->joined, before + 1);
      walk_all(s, step);
    }
  int const before = t->done;
  wait_for(t->done, before + 100);
  t->stop = 1;
  for (auto& p : all) CHECK(p.wait() == 0);
  CHECK(t->apart == 0);
  CHECK(t->unknown > 0);
  CHECK(live(s, "names").empty());
}

TEST_CASE("fleet: a process paused in an operation past its lease finds it gone when it wakes") {
  struct stage {
    std::atomic<int> in{0}, go{0};
  };
  test::scratch const folder;
  auto const path = folder / "zd.db";
  test::shared_memory<stage> at;
  test::process sleeper([&] {
    file_store s(path);
    handle h("names");
    member<file_store> const m(s, h, quick);
    auto op = h.enter();
    bool const served = h.lease_valid() && op.now().at == row::unrun;
    at->in = 1;
    wait_for(at->go, 1);
    bool const refused = !h.lease_valid();
    op.leave();
    while (!h.lease_valid()) std::this_thread::sleep_for(1ms);
    return served && refused && h.current().at == row::prepared;
  });
  wait_for(at->in, 1);
  file_store s(path);
  while_stopped(sleeper, [&] { walk_all(s, step::prepare); });
  CHECK(load(s, "names").value.now.at == row::prepared);
  at->go = 1;
  sleeper.signal(SIGCONT);
  CHECK(sleeper.wait() == 0);
}

TEST_CASE("fleet: once New is shut out no process serves from it, one that slept included") {
  struct stage {
    std::atomic<int> in{0}, shut{0}, stop{0}, wrong{0}, after{0};
  };
  test::scratch const folder;
  auto const path = folder / "zd.db";
  test::shared_memory<stage> at;
  file_store s(path);
  walk_all(s, step::prepare);
  // Reads New unless the settings say otherwise; only an operation that keeps its lease counts.
  auto const reader = [&] {
    file_store mine(path);
    handle h("names");
    member<file_store> const m(mine, h, quick);
    ++at->in;
    while (!at->stop) {
      bool const shut = at->shut != 0;
      auto const op = h.enter();
      if (!h.lease_valid()) continue;
      if (shut && op.now().shut == quarantine::none && h.lease_valid()) ++at->wrong;
      if (shut && op.now().shut != quarantine::none) ++at->after;
    }
    return true;
  };
  test::process awake(reader), asleep(reader);
  wait_for(at->in, 2);
  test::process first([&] {
    file_store mine(path);
    handle h("names");
    member<file_store> const m(mine, h, quick);
    while_stopped(asleep, [&] { h.quarantine("New is down"); });
    at->shut = 1;
    return h.current().shut == quarantine::settled;
  });
  CHECK(first.wait() == 0);
  CHECK(load(s, "names").value.now.shut == quarantine::settled);
  int const before = at->after;
  asleep.signal(SIGCONT);
  wait_for(at->after, before + 1000);
  at->stop = 1;
  CHECK(awake.wait() == 0);
  CHECK(asleep.wait() == 0);
  CHECK(at->wrong == 0);
}

TEST_CASE("fleet: who began to shut New out and is killed is replaced by the next who needs it") {
  struct stage {
    std::atomic<int> begun{0}, done{0};
  };
  test::scratch const folder;
  auto const path = folder / "zd.db";
  test::shared_memory<stage> at;
  file_store s(path);
  walk_all(s, step::prepare);
  // Never polls, so that nobody can settle while it lives.
  handle h("names");
  member<file_store> silent(s, h, {120s, 5ms, "", false});
  auto const shut = [&] {
    file_store mine(path);
    handle own("names");
    member<file_store> const m(mine, own, {60s, 5ms, "", true});
    ++at->begun;
    own.quarantine("New is down");
    ++at->done;
    return true;
  };
  test::process first(shut);
  while (load(s, "names").value.now.shut != quarantine::announced) std::this_thread::sleep_for(1ms);
  first.kill();
  // Its lease would run for a minute; whoever carries on does not wait that long for somebody known to be dead.
  auto const dead = leases(s, "names");
  for (auto const& one : dead)
    if (one.process != h.process()) s.commit(std::vector<change>{{lease_path("names", one.process), any_revision, {}}});
  test::process second(shut);
  wait_for(at->begun, 2);
  std::this_thread::sleep_for(20ms);
  CHECK(at->done == 0);
  silent.poll_once();
  CHECK(second.wait() == 0);
  CHECK(load(s, "names").value.now.shut == quarantine::settled);
}

TEST_CASE("fleet: the gate's rate is announced and settled like a row, also to a process that starts on the way") {
  struct stage {
    std::atomic<int> in{0}, late{0}, stop{0}, wrong{0};
  };
  test::scratch const folder;
  auto const path = folder / "zd.db";
  test::shared_memory<stage> at;
  file_store s(path);
  walk(s, "names", step::prepare, threshold::closed(), options, nothing);
  // Nobody may admit a key above the rate that every process was told of.
  auto const serve = [&](std::atomic<int>& joined) {
    file_store mine(path);
    handle h("names");
    member<file_store> const m(mine, h, quick);
    ++joined;
    bool seen = false;
    while (!at->stop || !seen) {
      auto const now = h.current();
      if (now.rate > now.high_water || now.high_water > now.announced) ++at->wrong;
      seen = now.rate == threshold::percent(40);
    }
    return true;
  };
  test::process awake([&] { return serve(at->in); }), asleep([&] { return serve(at->in); });
  wait_for(at->in, 2);
  std::optional<test::process> late;
  auto const raise = [](settings const& now) { return next_for_rate(now, threshold::percent(40)); };
  while_stopped(asleep, [&] {
    drive(s, "names", options, raise, [&](snapshot const& seen, settings const&) {
      if (late || seen.value.now.announced != threshold::percent(40)) return;
      late.emplace([&] { return serve(at->late); });
      wait_for(at->late, 1);
    });
  });
  asleep.signal(SIGCONT);
  at->stop = 1;
  CHECK(awake.wait() == 0);
  CHECK(asleep.wait() == 0);
  REQUIRE(late);
  CHECK(late->wait() == 0);
  CHECK(at->wrong == 0);
  CHECK(load(s, "names").value.now.high_water == threshold::percent(40));
}
