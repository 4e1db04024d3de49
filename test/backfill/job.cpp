// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/job.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/backfill/state_queue.hpp>
#include <zddm/memory/state_store.hpp>
#include <zddm/memory/store.hpp>

#include "tools/people.hpp"
#include "tools/watched.hpp"

using namespace std::chrono_literals;
using zddm::backfill::ending;
using zddm::backfill::options;
using zddm::backfill::settings;
using zddm::backfill::status;
using zddm::backfill::work;
using people = zddm::memory::store<int, std::string>;
using watched_people = test::watched<people>;
using memory_queue = zddm::backfill::state_queue<zddm::memory::state_store>;

namespace {

/// Stores that several processes share, here threads with a job each.
struct ground {
  explicit ground(int rows) {
    for (int i = 1; i <= rows; ++i) from.put(i, "v" + std::to_string(i));
  }
  template <class Old> zddm::backfill::result run(Old& old_store, options const& o) {
    return zddm::backfill::job<Old, people, memory_queue>(old_store, to, queue, o).run();
  }
  zddm::backfill::result run(options const& o) { return run(from, o); }
  zddm::backfill::coverage saved() { return zddm::backfill::coverage_of(queue); }

  people from, to;
  zddm::memory::state_store state;
  memory_queue queue{state, "people"};
};

options small(std::uint64_t batch = 3, std::uint64_t chunk = 10) {
  options o;
  o.chunk.rows = chunk;
  o.save_every = 0ms;
  o.refresh = 5ms;
  o.live = [batch] { return settings{batch}; };
  return o;
}

/// A store of which the rows above 20 and up to 30 cannot be read.
struct unreadable_chunk : watched_people {
  unreadable_chunk(people& store, std::atomic<int>& tries) : watched_people(store, [](auto, bool) {}), tries_(tries) {}

  template <class Sink> std::size_t scan(zddm::key_range<int> const& range, std::size_t limit, Sink&& sink) {
    if (range.after && *range.after >= 20 && *range.after < 30) {
      ++tries_;
      throw std::runtime_error("a broken page");
    }
    return watched_people::scan(range, limit, sink);
  }

private:
  std::atomic<int>& tries_;
};

int code_of(auto&& f) {
  try {
    f();
  } catch (zddm::error const& e) {
    return e.code();
  }
  return 0;
}

/// A clock that goes on by what is slept and by nothing else.
class slept_time {
public:
  zddm::timing timing() {
    return {[this] { return 1h + total(); },
            [this](std::chrono::nanoseconds t, std::stop_token const&) {
              std::lock_guard const lock(guard_);
              total_ += t;
            }};
  }
  std::chrono::nanoseconds total() {
    std::lock_guard const lock(guard_);
    return total_;
  }

private:
  std::mutex guard_;
  std::chrono::nanoseconds total_{0};
};

} // namespace

TEST_CASE("job: several processes share one backfill, every row counted once, and each knows of all") {
  ground g(600);
  std::vector<zddm::backfill::result> results(3);
  {
    std::vector<std::jthread> processes;
    for (auto& r : results)
      processes.emplace_back([&] {
        auto o = small();
        o.workers = 2;
        o.told = [](status const&) { std::this_thread::yield(); };
        r = g.run(o);
      });
  }
  std::uint64_t own = 0;
  for (auto const& r : results) {
    CHECK(r.ending == ending::complete);
    CHECK(r.status.coverage.copied == 600);
    own += r.status.own_copied;
  }
  CHECK(own == 600);
  CHECK(g.saved().copied == 600);
  CHECK(g.saved().skipped == 0);
  CHECK(test::rows_of(g.from) == test::rows_of(g.to));
}

TEST_CASE("job: what a dead process held is taken over once its lease is over, from its last mark on") {
  ground g(40);
  std::atomic<std::int64_t> time = 3'600'000;
  g.state.clock([&] { return std::chrono::milliseconds(time); });
  test::fuse fuse(40);
  test::witness const burning = std::ref(fuse);
  watched_people dying(g.from, burning);
  CHECK_THROWS_AS(g.run(dying,
                        [] {
                          auto o = small(2, 40);
                          o.chunk_attempts = 0;
                          return o;
                        }()),
                  test::death);
  // It gave its chunk back as it could; a killed one does not.
  g.queue.reopen(g.queue.plan()->id);
  auto const held = g.queue.claim(g.queue.plan()->id, "killed", {}, 10s);
  REQUIRE(held.size() == 1);
  auto const before = g.saved().copied;
  CHECK(before > 0);
  CHECK(before < 40);

  std::vector<std::size_t> sizes;
  auto o = small(2, 40);
  std::jthread const clock([&](std::stop_token const& end) {
    std::this_thread::sleep_for(50ms);
    CHECK(g.to.size() == before);
    time += 10'001;
    while (!end.stop_requested()) std::this_thread::sleep_for(1ms);
  });
  auto const r = g.run(o);
  CHECK(r.ending == ending::complete);
  CHECK(r.status.coverage.copied == 40);
  CHECK(r.status.own_copied == 40 - before);
  CHECK_FALSE(g.queue.report(held[0], {work::done}));
}

TEST_CASE("job: a process that was taken for dead drops its chunk, and counts nothing") {
  ground g(40);
  std::atomic<std::int64_t> time = 3'600'000;
  g.state.clock([&] { return std::chrono::milliseconds(time); });
  bool slept = false;
  auto o = small(5, 40);
  o.refresh = 1h;
  o.told = [&](status const& s) {
    if (s.coverage.copied < 10 || std::exchange(slept, true)) return;
    time += 60'000; // as after SIGSTOP
    auto other = small(5, 40);
    CHECK(g.run(other).ending == ending::complete);
  };
  auto const r = g.run(o);
  CHECK(r.ending == ending::complete);
  CHECK(r.status.coverage.covered() == 40);
  CHECK(g.saved().covered() == 40);
  CHECK(g.saved().skipped == 5); // the page that was applied and not yet saved
}

TEST_CASE("job: leases are renewed while a worker waits, however long") {
  ground g(20);
  std::atomic<std::int64_t> time = 3'600'000;
  g.state.clock([&] { return std::chrono::milliseconds(time); });
  auto o = small(5, 10);
  o.lease = 60ms;
  std::atomic<bool> paused = true;
  o.live = [&] { return settings{5, 0, paused}; };
  std::jthread const process([&] { CHECK(g.run(o).ending == ending::complete); });
  while (!g.queue.plan() || g.queue.counts(g.queue.plan()->id).held == 0) std::this_thread::sleep_for(1ms);
  auto const plan = g.queue.plan()->id;
  for (int i = 0; i < 20; ++i) {
    time += 40; // the queue's clock stands until the lease was renewed
    for (int patience = 0; g.queue.items(plan)[0].left != o.lease && patience < 10'000; ++patience)
      std::this_thread::sleep_for(1ms);
    CHECK(g.queue.claim(plan, "other", {1, 0, 0}, 60s).empty());
  }
  CHECK(g.to.size() == 0);
  paused = false;
}

TEST_CASE("job: a chunk that fails is tried again, then left out, while all others are copied") {
  ground g(50);
  std::atomic<int> tries = 0;
  unreadable_chunk broken(g.from, tries);
  CHECK_THROWS_WITH(g.run(broken, small()), "a broken page");
  CHECK(tries == 3);
  CHECK(g.saved().done == 4);
  CHECK(g.saved().failed == 1);
  auto const failed = g.queue.items(g.queue.plan()->id)[2];
  CHECK(failed.reason == "a broken page");
  CHECK(failed.attempts == 3);

  auto helper = small();
  helper.retry_failed = false;
  CHECK(g.run(helper).ending == ending::failed);
  CHECK(g.run(small()).ending == ending::complete);
  CHECK(g.saved().covered() == 50);
  CHECK(test::rows_of(g.from) == test::rows_of(g.to));
}

TEST_CASE("job: a store that is gone ends the run after a few chunks, not after all") {
  ground g(1000);
  std::atomic<bool> gone = false;
  watched_people broken(g.from, [&](std::string_view call, bool) {
    if (call == "scan" && gone) throw zddm::store_error(zddm::error_class::permanent, "no such table");
  });
  auto o = small();
  o.told = [&](status const&) { gone = true; };
  CHECK(code_of([&] { g.run(broken, o); }) == 101);
  CHECK(g.saved().failed <= 5);
  CHECK(g.run(small()).ending == ending::complete);
}

TEST_CASE("job: one chunk alone, done once however often it is asked for") {
  ground g(50);
  auto o = small();
  o.only = 3;
  CHECK(g.run(o).ending == ending::complete);
  CHECK(g.to.size() == 10);
  CHECK(g.to.get(31));
  CHECK(g.run(o).ending == ending::complete);
  CHECK(g.saved().done == 1);
  CHECK(g.saved().copied == 10);
  auto const held = g.queue.claim(g.queue.plan()->id, "other", {1, 4, 4}, 60s);
  o.only = 4;
  CHECK(g.run(o).ending == ending::held);
  CHECK(g.to.size() == 10);
}

TEST_CASE("job: one chunk alone that another gives back just now is done or was in other hands, and nothing else") {
  using told_state = test::watched_state<zddm::memory::state_store>;
  for (int moment = 1; moment < 12; ++moment) {
    ground g(50);
    auto o = small();
    o.only = 3;
    o.refresh = 1h;
    g.run(o);
    auto const other = g.queue.claim(g.queue.plan()->id, "other", {1, 4, 4}, 60s).at(0);
    std::atomic<int> lists = 0;
    told_state state(g.state, [&](std::string_view call, bool after) {
      if (call == "list" && after && ++lists == moment) g.queue.report(other, {work::open});
    });
    zddm::backfill::state_queue<told_state> queue(state, "people");
    o.only = 4;
    auto const ended = zddm::backfill::job<people, people, decltype(queue)>(g.from, g.to, queue, o).run().ending;
    CHECK((ended == ending::complete || ended == ending::held));
  }
}

TEST_CASE("job: ends by name where its plan is forgotten under it") {
  ground g(50);
  auto o = small();
  o.told = [&](status const& s) {
    if (s.coverage.copied >= 20) g.queue.forget();
  };
  CHECK(code_of([&] { g.run(o); }) == 241);
  CHECK(g.run(small()).ending == ending::complete);
  CHECK(test::rows_of(g.from) == test::rows_of(g.to));
}

TEST_CASE("job: workers come and go as the live settings say") {
  ground g(2000);
  std::mutex guard;
  std::vector<std::thread::id> seen;
  std::atomic<std::uint64_t> wanted = 1;
  std::atomic<std::size_t> inside = 0, most = 0;
  watched_people old_store(g.from, [&](std::string_view call, bool after) {
    if (call != "scan") return;
    auto const now = after ? --inside : ++inside;
    if (!after) {
      for (std::size_t m = most; now > m && !most.compare_exchange_weak(m, now);) {
      }
      std::this_thread::sleep_for(500us);
    }
  });
  auto o = small(10, 10);
  o.live = [&] {
    settings s{10};
    s.workers = wanted;
    return s;
  };
  std::atomic<std::size_t> with_one = 0;
  o.told = [&](status const& s) {
    if (s.coverage.copied == 400) {
      with_one = most.load();
      wanted = 4;
    }
  };
  CHECK(g.run(old_store, o).ending == ending::complete);
  CHECK(with_one == 1);
  CHECK(most > 1);
  CHECK(g.saved().copied == 2000);
}

TEST_CASE("job: a worker that is sent away gives its chunk back, and may be wanted again before it has done so") {
  ground g(3000);
  using slow_state = test::watched_state<zddm::memory::state_store>;
  slow_state state(g.state, [](std::string_view call, bool) {
    if (call == "commit") std::this_thread::sleep_for(3ms);
  });
  using slow_queue = zddm::backfill::state_queue<slow_state>;
  slow_queue queue(state, "people");
  auto o = small(10, 100);
  o.save_every = 1h;
  std::size_t asked = 0;
  o.live = [&] {
    settings s{10};
    s.workers = ++asked / 3 % 2 == 0 ? 1 : 4;
    return s;
  };
  CHECK(zddm::backfill::job<people, people, slow_queue>(g.from, g.to, queue, o).run().ending == ending::complete);
  CHECK(g.saved().covered() == 3000);
  CHECK(test::rows_of(g.from) == test::rows_of(g.to));
}

TEST_CASE("job: a page ends where its bytes are full, and bytes a second are held") {
  ground g(0);
  for (int i = 1; i <= 100; ++i) g.from.put(i, std::string(10'000, 'x'));
  auto o = small(1000, 1000);
  slept_time slept;
  o.timing = slept.timing();
  o.live = [] {
    settings s{1000};
    s.page_bytes = 45'000;
    s.bytes_per_second = 100'500;
    return s;
  };
  std::uint64_t before = 0;
  o.told = [&](status const& s) {
    CHECK(s.coverage.copied - before == 5);
    before = s.coverage.copied;
  };
  auto const r = g.run(o);
  CHECK(r.ending == ending::complete);
  CHECK(r.status.throttled.at("bytes per second") == slept.total());
  CHECK(slept.total() > 9900ms);
  CHECK(slept.total() < 10100ms);
}

TEST_CASE("job: a rate is shared by the processes at work") {
  ground g(2000);
  g.run([] {
    auto o = small(1, 100);
    o.only = 0;
    return o;
  }());
  auto const other = g.queue.claim(g.queue.plan()->id, "other", {1, 7, 7}, 60s);
  std::size_t most = 0;
  std::uint64_t before = 0;
  std::size_t processes = 0;
  std::stop_source stop;
  auto o = small(1000, 100);
  o.stop = stop.get_token();
  o.timing.sleep = [](auto, auto const&) {};
  o.live = [] { return settings{1000, 50}; };
  o.told = [&](status const& s) {
    if (before > 0) most = std::max<std::size_t>(most, s.coverage.copied - before);
    before = s.coverage.copied;
    processes = s.processes;
    if (s.coverage.copied > 600) stop.request_stop();
  };
  CHECK(g.run(o).ending == ending::stopped);
  CHECK(processes == 2);
  CHECK(most == 25);
}

TEST_CASE("job: backs off while the application finds a store slow, and says so") {
  ground g(200);
  auto o = small(10, 100);
  std::chrono::nanoseconds time = 1h;
  std::mutex guard;
  o.timing = {[&] {
                std::lock_guard const lock(guard);
                return time += 100ms;
              },
              [&](std::chrono::nanoseconds t, std::stop_token const&) {
                std::lock_guard const lock(guard);
                time += t;
              }};
  o.probe = [] { return zddm::backfill::latency{31ms, 2ms}; };
  o.live = [] {
    settings s{10};
    s.old_p99 = 25'000;
    return s;
  };
  bool told = false;
  o.told = [&](status const& s) { told |= s.throttle == "latency of Old"; };
  auto const r = g.run(o);
  CHECK(r.ending == ending::complete);
  CHECK(told);
  CHECK(r.status.throttled.at("latency of Old") > 0ns);
}

TEST_CASE("job: a wait ends with the limit that asked for it") {
  ground g(0);
  for (int i = 1; i <= 3; ++i) g.from.put(i, std::string(10'000, 'x'));
  auto o = small(1, 10);
  slept_time slept;
  o.timing = slept.timing();
  o.live = [&] {
    settings s{1};
    s.bytes_per_second = slept.total() < 5s ? 10 : 0; // a row waits for a quarter of an hour
    return s;
  };
  std::size_t told_in_the_wait = 0;
  o.told = [&](status const& s) { told_in_the_wait += s.coverage.copied == 1 && s.throttle == "bytes per second"; };
  auto const r = g.run(o);
  CHECK(r.ending == ending::complete);
  CHECK(slept.total() >= 5s);
  CHECK(slept.total() < 10s);
  CHECK(r.status.throttled.at("bytes per second") == slept.total());
  CHECK(told_in_the_wait > 3); // who looks on sees why nothing moves
}

TEST_CASE("job: a worker that may not copy now ends all the same where its plan is forgotten") {
  for (bool const paused : {true, false}) {
    ground g(20);
    std::stop_source too_late;
    auto o = small(1, 10);
    o.lease = 60ms;
    o.live = [&] {
      settings s{1, 0.001};
      s.paused = paused;
      return s;
    };
    o.stop = too_late.get_token();
    std::jthread const operator_([&](std::stop_token const& end) {
      while (!g.queue.plan() || g.queue.counts(g.queue.plan()->id).held == 0) std::this_thread::sleep_for(1ms);
      std::this_thread::sleep_for(20ms);
      g.queue.forget();
      for (int i = 0; i < 3000 && !end.stop_requested(); ++i) std::this_thread::sleep_for(10ms);
      too_late.request_stop();
    });
    CHECK(code_of([&] { g.run(o); }) == 241);
    CHECK_FALSE(too_late.stop_requested());
  }
}

TEST_CASE("job: one that goes by the plan of others makes none") {
  ground g(50);
  auto o = small();
  o.only = 3;
  o.make_plan = false;
  CHECK(code_of([&] { g.run(o); }) == 241);
  CHECK_FALSE(g.queue.plan());
  CHECK(g.to.size() == 0);
}
