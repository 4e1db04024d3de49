// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/run.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <iterator>
#include <list>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <tools/processes.hpp>
#include <tools/scratch.hpp>
#include <tools/watched.hpp>
#include <zddm/sqlite/database.hpp>
#include <zddm/sqlite/state_store.hpp>
#include <zddm/sqlite/store.hpp>
#include <zddm/sqlite/transaction.hpp>
#include <zddm/sqlite/work_queue.hpp>

using namespace std::chrono_literals;
using zddm::backfill::coverage;
using zddm::backfill::coverage_of;
using zddm::backfill::ending;
using people = zddm::sqlite::store<std::int64_t, std::string>;
using state_store = zddm::sqlite::state_store;

namespace {

constexpr zddm::sqlite::options quick{.busy_timeout = 60s, .synchronous = zddm::sqlite::synchronous::off};

/// Old, New and the state of a fleet, as each process opens them for itself.
struct ground {
  explicit ground(test::scratch const& dir)
      : old_file(dir / "old", quick), new_file(dir / "new", quick), state(dir / "zd", quick), from(old_file, {.table = "people"}),
        to(new_file, {.table = "people"}) {}

  static void make(test::scratch const& dir, int rows) {
    ground g(dir);
    for (auto* const store : {&g.from, &g.to}) store->create_table();
    g.to.create_records();
    std::vector<zddm::entry_of<people>> all;
    for (int i = 1; i <= rows; ++i) all.push_back({i, "v" + std::to_string(i)});
    g.from.put_many(all);
  }

  zddm::sqlite::database old_file, new_file;
  state_store state;
  people from, to;
};

/// What the test tells its processes.
struct signs {
  std::atomic<bool> hurry{false}, stop{false};
  std::atomic<std::uint64_t> pages{0}, written{0};
};

zddm::backfill::options small_pages(signs& told) {
  zddm::backfill::options o;
  o.chunk.rows = 500;
  o.live = [] { return zddm::backfill::settings{50}; };
  o.save_every = 5ms;
  o.lease = 500ms;
  o.refresh = 50ms;
  o.attempts = 12;
  o.told = [&](auto const&) { ++told.pages; };
  o.throttle = [&](auto const&...) { return zddm::backfill::pause{told.hurry ? 0ms : 10ms, "the test"}; };
  return o;
}

bool copy(test::scratch const& dir, signs& told) {
  ground g(dir);
  return zddm::backfill::run(g.from, g.to, g.state, "people", small_pages(told)).ending == ending::complete;
}

void check_complete(test::scratch const& dir, std::uint64_t rows) {
  ground g(dir);
  auto const c = coverage_of(g.state, "people");
  CHECK(c.complete());
  CHECK(c.covered() == rows);
  CHECK(c.refused == 0);
  auto const old_rows = test::rows_of(g.from);
  CHECK(old_rows.size() == rows);
  CHECK(old_rows == test::rows_of(g.to));
}

/// Stops the process where it holds the lock of no file.
void stop_between_calls(test::process const& p, test::scratch const& dir) {
  zddm::sqlite::options hasty = quick;
  hasty.busy_timeout = 20ms;
  for (;;) {
    p.signal(SIGSTOP);
    try {
      for (auto const* name : {"old", "new", "zd"}) {
        zddm::sqlite::database d(dir / name, hasty);
        auto s = d.session();
        zddm::sqlite::transaction const t(s, zddm::sqlite::access::write);
      }
      return;
    } catch (zddm::store_error const& e) {
      if (e.kind() != zddm::error_class::transient) throw;
    }
    p.signal(SIGCONT);
    std::this_thread::sleep_for(5ms);
  }
}

} // namespace

TEST_CASE("backfill: killed at 50 random instants it ends with every row equal and none counted twice") {
  test::scratch const dir;
  constexpr int rows = 40'000, workers = 3;
  ground::make(dir, rows);
  test::shared_memory<signs> told;
  std::list<test::process> all;
  auto const start = [&] { return test::process([&] { return copy(dir, *told); }); };
  for (int i = 0; i < workers; ++i) all.push_back(start());
  std::mt19937 random(7);
  for (int kills = 0; kills < 50; ++kills) {
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 60'000));
    auto const victim = std::next(all.begin(), static_cast<std::ptrdiff_t>(random() % workers));
    victim->kill();
    all.erase(victim);
    all.push_back(start());
  }
  {
    ground g(dir);
    auto const c = coverage_of(g.state, "people");
    CHECK(c.planned);
    CHECK(c.covered() > 0);
    CHECK_FALSE(c.complete());
  }
  told->hurry = true;
  for (auto& p : all) CHECK(p.wait() == 0);
  check_complete(dir, rows);
}

TEST_CASE(
    "backfill: by several processes beside others that insert, update and delete without pause it ends, and nothing is stale") {
  test::scratch const dir;
  constexpr int rows = 4000;
  ground::make(dir, rows);
  test::shared_memory<signs> told;
  std::vector<test::process> writers, copiers;
  for (std::uint64_t me = 1; me <= 2; ++me)
    writers.emplace_back([&, me] {
      ground g(dir);
      std::uint64_t n = 0;
      for (std::mt19937_64 random(me); !told->stop; ++n) {
        auto const x = random();
        auto const key = static_cast<std::int64_t>(x % (rows + rows / 2)) + 1; // a third are new, between and behind
        std::optional<std::string> value;
        if (x >> 60 != 0) value = std::to_string(me) + "/" + std::to_string(n);
        test::dual_write(g.from, g.to, key, value, {me, n + 1});
        ++told->written;
      }
      return true;
    });
  while (told->written < 50) std::this_thread::sleep_for(1ms);
  for (int i = 0; i < 3; ++i) copiers.emplace_back([&] { return copy(dir, *told); });
  for (auto& p : copiers) CHECK(p.wait() == 0);
  auto const during = told->written.load();
  told->stop = true;
  for (auto& p : writers) CHECK(p.wait() == 0);
  CHECK(during > 100);

  ground g(dir);
  CHECK(coverage_of(g.state, "people").complete());
  std::size_t stale = 0, pending = 0, unknown = 0, known = 0;
  for (std::int64_t key = 1; key <= rows + rows / 2; ++key) {
    auto const seen = g.to.look(key);
    pending += seen.pending;
    if (seen.known == zddm::knowledge::unknown)
      unknown += g.from.get(key).has_value();
    else {
      ++known;
      stale += seen.value != g.from.get(key);
    }
  }
  CHECK(stale == 0);
  CHECK(pending == 0);
  CHECK(known > rows / 2);
  std::size_t left = 0; // to `drain`: keys of which two writes overlapped
  g.to.records({}, static_cast<std::size_t>(-1),
               [&](auto const&, auto const& r) { left += r.known == zddm::knowledge::unknown; });
  CHECK(unknown <= left);
}

TEST_CASE("backfill: a process that was stopped past its lease drops what others took, and helps on") {
  test::scratch const dir;
  constexpr int rows = 10'000;
  ground::make(dir, rows);
  test::shared_memory<signs> told;
  test::process paused([&] { return copy(dir, *told); });
  while (told->pages < 5) std::this_thread::sleep_for(1ms);
  stop_between_calls(paused, dir);
  test::process other([&] {
    ground g(dir);
    auto o = small_pages(*told);
    o.throttle = [](auto const&...) { return zddm::backfill::pause{}; };
    return zddm::backfill::run(g.from, g.to, g.state, "people", o).ending == ending::complete;
  });
  CHECK(other.wait() == 0);
  paused.signal(SIGCONT);
  CHECK(paused.wait() == 0);
  check_complete(dir, rows);
}

TEST_CASE("backfill: processes share a queue that SQLite keeps itself") {
  test::scratch const dir;
  constexpr int rows = 10'000;
  ground::make(dir, rows);
  test::shared_memory<signs> told;
  told->hurry = true;
  CHECK(test::in_processes(3, [&](int) {
    ground g(dir);
    zddm::sqlite::work_queue queue(dir / "zd", "people", quick);
    return zddm::backfill::run(g.from, g.to, queue, small_pages(*told)).ending == ending::complete;
  }));
  ground g(dir);
  zddm::sqlite::work_queue queue(dir / "zd", "people", quick);
  CHECK(coverage_of(queue).complete());
  CHECK(coverage_of(queue).copied == rows);
  CHECK(test::rows_of(g.from) == test::rows_of(g.to));
}
