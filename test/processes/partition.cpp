// SPDX-License-Identifier: BSL-1.0
#include <zddm/postgres/work_queue.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <sys/mman.h>

#include <doctest/doctest.h>

#include <tools/network.hpp>
#include <tools/postgres.hpp>
#include <tools/processes.hpp>
#include <zddm/lifecycle/member.hpp>
#include <zddm/postgres/state_store.hpp>

using namespace std::chrono_literals;
using zddm::store_error;
using zddm::backfill::counts;
using zddm::backfill::wanted;
using zddm::backfill::work;
using zddm::postgres::state_store;
using zddm::postgres::work_queue;

namespace {

constexpr int hosts = 3;
constexpr zddm::postgres::options brisk{.connect_timeout = 1s, .call_timeout = 1s};

/// What the hosts tell the test past every network.
struct signs {
  std::atomic<int> alone{0}, wired{0}, serving{0}, ended{0}, refused{0}, stop{0};
};

/// Whether it comes true within a minute.
template <class F> bool in_time(F f) {
  for (int i = 0; i < 6000; ++i) {
    if (f()) return true;
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

template <class F> auto until_heard(F f) {
  for (;;) try {
      return f();
    } catch (store_error const& e) {
      if (e.kind() == zddm::error_class::permanent) throw;
      std::this_thread::sleep_for(20ms);
    }
}

/// A process on a host of its own: a member of the fleet and a worker of the queue, until it is told to stop.
bool host(std::string const& url, int me, signs& mine) {
  auto const state = until_heard([&] { return std::make_unique<state_store>(url, brisk); });
  auto const queue = until_heard([&] { return std::make_unique<work_queue>(url, "people", brisk); });
  zddm::lifecycle::handle h("names");
  auto const member = until_heard([&] {
    return std::make_unique<zddm::lifecycle::member<state_store>>(*state, h, zddm::lifecycle::member_options{2s, 20ms, "", true});
  });
  auto const plan = until_heard([&] { return queue->plan(); })->id;
  auto const name = std::to_string(me);
  std::thread work_hard([&] {
    while (!mine.stop)
      for (auto const& t : until_heard([&] { return queue->claim(plan, name, wanted{2}, 1s); })) {
        std::this_thread::sleep_for(20ms);
        bool const saved = until_heard([&] { return queue->report(t, {work::held, t.note + name}); });
        bool const ended = saved && until_heard([&] { return queue->report(t, {work::done, t.note + name + "."}); });
        ++(ended ? mine.ended : mine.refused);
      }
  });
  while (!mine.stop) {
    mine.serving = h.lease_valid() ? 1 : 0;
    std::this_thread::sleep_for(1ms);
  }
  work_hard.join();
  return true;
}

} // namespace

TEST_CASE("partition: a host that is cut off serves nothing and ends nothing, others take its work, and it comes back") {
  std::vector<test::process> processes;
  auto* const all =
      new (::mmap(nullptr, sizeof(signs) * hosts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) signs[hosts];
  test::postgres_server server("*");
  constexpr std::uint64_t items = 2000;
  work_queue q(server.url(), "people");
  q.make("p", items);
  auto const plan = q.plan()->id;

  std::vector<std::unique_ptr<test::cable>> cables;
  for (int i = 0; i < hosts; ++i) {
    auto& mine = all[i];
    auto const url = server.url("postgres", test::cable::address(i + 1));
    processes.emplace_back([&, i] {
      test::cable::isolate();
      mine.alone = static_cast<int>(::getpid());
      while (mine.wired == 0) std::this_thread::sleep_for(1ms);
      return host(url, i, mine);
    });
    REQUIRE(in_time([&] { return mine.alone != 0; }));
    cables.push_back(std::make_unique<test::cable>(i + 1, mine.alone));
    mine.wired = 1;
  }
  for (int i = 0; i < hosts; ++i) CHECK(in_time([&] { return all[i].serving == 1 && all[i].ended > 3; }));

  auto& cut = all[0];
  cables[0]->cut();
  CHECK(in_time([&] { return cut.serving == 0; }));
  int const ended = cut.ended, others = all[1].ended + all[2].ended;
  // What it held goes to others once its leases are over.
  CHECK(in_time([&] {
    auto const listed = q.items(plan);
    return std::ranges::none_of(listed, [](auto const& one) { return one.worker == "0" && one.state != work::done; });
  }));
  CHECK(in_time([&] { return all[1].ended + all[2].ended > others + 20; }));
  CHECK(cut.serving == 0);
  CHECK(cut.ended == ended);
  CHECK(all[1].serving == 1);
  CHECK(all[2].serving == 1);

  cables[0]->mend();
  CHECK(in_time([&] { return cut.serving == 1 && cut.ended > ended + 3; }));
  for (int i = 0; i < hosts; ++i) all[i].stop = 1;
  for (auto& p : processes) CHECK(p.wait() == 0);

  std::uint64_t done = 0;
  for (auto const& one : q.items(plan)) {
    if (one.state == work::done) ++done;
    CHECK(std::ranges::count(one.note, '.') == (one.state == work::done ? 1 : 0));
  }
  int told = 0;
  for (int i = 0; i < hosts; ++i) told += all[i].ended;
  // A report that was applied and not answered is refused when it is repeated.
  CHECK(done >= static_cast<std::uint64_t>(told));
  CHECK(done - static_cast<std::uint64_t>(told) <= static_cast<std::uint64_t>(cut.refused));
}
