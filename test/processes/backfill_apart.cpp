// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/run.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include <doctest/doctest.h>

#include <tools/network.hpp>
#include <tools/postgres.hpp>
#include <tools/processes.hpp>
#include <tools/scratch.hpp>
#include <tools/watched.hpp>
#include <zddm/postgres/work_queue.hpp>
#include <zddm/sqlite/database.hpp>
#include <zddm/sqlite/store.hpp>

using namespace std::chrono_literals;
using zddm::backfill::ending;
using people = zddm::sqlite::store<std::int64_t, std::string>;
using queue_type = zddm::postgres::work_queue;

namespace {

constexpr int hosts = 3;
constexpr std::uint64_t rows = 20'000;
constexpr zddm::sqlite::options quick{.busy_timeout = 60s, .synchronous = zddm::sqlite::synchronous::off};
constexpr zddm::postgres::options brisk{.connect_timeout = 1s, .call_timeout = 1s};

/// What a host tells the test past every network.
struct signs {
  std::atomic<int> alone{0}, wired{0}, hurry{0};
  std::atomic<std::uint64_t> pages{0}, copied{0};
};

/// The stores, which every host reaches; only the queue is on the other side of the network.
struct stores {
  explicit stores(test::scratch const& dir)
      : old_file(dir / "old", quick), new_file(dir / "new", quick), from(old_file, {.table = "people"}),
        to(new_file, {.table = "people"}) {}
  zddm::sqlite::database old_file, new_file;
  people from, to;
};

/// Whether it comes true within a minute.
template <class F> bool in_time(F f) {
  for (int i = 0; i < 6000; ++i) {
    if (f()) return true;
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

/// The queue, as soon as its server answers.
std::unique_ptr<queue_type> opened(std::string const& url) {
  for (;;) try {
      return std::make_unique<queue_type>(url, "people", brisk);
    } catch (zddm::store_error const& e) {
      if (e.kind() == zddm::error_class::permanent) throw;
      std::this_thread::sleep_for(20ms);
    }
}

bool host(std::string const& url, test::scratch const& dir, int me, signs& told) {
  stores s(dir);
  auto const queue = opened(url);
  zddm::backfill::options o;
  o.worker = "host " + std::to_string(me);
  o.chunk.rows = 400;
  o.live = [] { return zddm::backfill::settings{100}; };
  o.save_every = 20ms;
  o.lease = 1s;
  o.refresh = 100ms;
  o.attempts = 1000;
  o.told = [&](zddm::backfill::status const& now) {
    ++told.pages;
    told.copied = now.own_copied;
  };
  o.throttle = [&](auto const&...) { return zddm::backfill::pause{told.hurry ? 0ms : 150ms, "the test"}; };
  return zddm::backfill::run(s.from, s.to, *queue, o).ending == ending::complete;
}

} // namespace

TEST_CASE(
    "backfill_apart: a host that is cut off on the way loses its chunk to others, comes back, and no row is counted twice") {
  test::scratch const dir;
  {
    stores s(dir);
    for (auto* const store : {&s.from, &s.to}) store->create_table();
    s.to.create_records();
    std::vector<zddm::entry_of<people>> all;
    for (std::uint64_t i = 1; i <= rows; ++i) all.push_back({static_cast<std::int64_t>(i), "v" + std::to_string(i)});
    s.from.put_many(all);
  }
  std::vector<std::unique_ptr<test::shared_memory<signs>>> told;
  std::vector<test::process> processes;
  test::postgres_server server("*");
  std::vector<std::unique_ptr<test::cable>> cables;
  for (int i = 0; i < hosts; ++i) {
    auto& mine = **told.emplace_back(std::make_unique<test::shared_memory<signs>>());
    auto const url = server.url("postgres", test::cable::address(i + 1));
    processes.emplace_back([&, i] {
      test::cable::isolate();
      mine.alone = static_cast<int>(::getpid());
      while (mine.wired == 0) std::this_thread::sleep_for(1ms);
      return host(url, dir, i, mine);
    });
    REQUIRE(in_time([&] { return mine.alone != 0; }));
    cables.push_back(std::make_unique<test::cable>(i + 1, mine.alone));
    mine.wired = 1;
  }
  auto const of = [&](int i) -> signs& { return **told[static_cast<std::size_t>(i)]; };
  for (int i = 0; i < hosts; ++i) CHECK(in_time([&] { return of(i).pages > 3; }));

  queue_type queue(server.url(), "people");
  auto const plan = queue.plan().value().id;
  auto const holds = [&](std::string const& worker) {
    for (auto const& one : queue.items(plan))
      if (one.state == zddm::backfill::work::held && one.worker == worker) return true;
    return false;
  };
  CHECK(in_time([&] { return holds("host 0"); }));
  cables[0]->cut();
  CHECK(in_time([&] { return !holds("host 0"); }));
  auto const before = of(1).copied + of(2).copied;
  CHECK(in_time([&] { return of(1).copied + of(2).copied > before + 1000; }));
  CHECK_FALSE(zddm::backfill::coverage_of(queue).complete());
  auto const pages = of(0).pages.load();
  cables[0]->mend();
  CHECK(in_time([&] { return of(0).pages > pages + 3; }));

  for (int i = 0; i < hosts; ++i) of(i).hurry = 1;
  for (auto& p : processes) CHECK(p.wait() == 0);
  auto const c = zddm::backfill::coverage_of(queue);
  CHECK(c.complete());
  CHECK(c.covered() == rows);
  stores s(dir);
  CHECK(test::rows_of(s.from) == test::rows_of(s.to));
}
