// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/run.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/memory/state_store.hpp>
#include <zddm/memory/store.hpp>

#include "tools/people.hpp"
#include "tools/watched.hpp"

using namespace std::chrono_literals;
using zddm::backfill::coverage_of;
using zddm::backfill::ending;
using zddm::backfill::options;
using zddm::backfill::run;
using zddm::backfill::settings;
using zddm::backfill::status;
using memory_queue = zddm::backfill::state_queue<zddm::memory::state_store>;
using people = zddm::memory::store<int, std::string>;
using state_store = zddm::memory::state_store;
using watched_people = test::watched<people>;
using watched_state = test::watched_state<state_store>;

namespace {

void fill(people& p, int rows) {
  for (int i = 1; i <= rows; ++i) p.put(i, "v" + std::to_string(i));
}

/// Small chunks and pages, every page saved.
options small(std::size_t batch = 3, std::uint64_t chunk = 10) {
  options o;
  o.chunk.rows = chunk;
  o.save_every = 0ms;
  o.live = [batch] { return settings{batch}; };
  return o;
}

/// The same, without a wait before a call is tried again.
options hasty(std::size_t batch, std::uint64_t chunk) {
  auto o = small(batch, chunk);
  o.timing.sleep = [](auto, auto const&) {};
  return o;
}

/// A clock that moves only while somebody sleeps.
struct slept {
  std::chrono::nanoseconds time = 1h;
  std::vector<std::chrono::nanoseconds> sleeps{};
  std::mutex lock{};

  zddm::timing timing() {
    return {[this] {
              std::lock_guard const hold(lock);
              return time;
            },
            [this](std::chrono::nanoseconds t, std::stop_token const&) {
              std::lock_guard const hold(lock);
              sleeps.push_back(t);
              time += t;
            }};
  }
};

int code_of(auto&& f) {
  try {
    f();
  } catch (zddm::error const& e) {
    return e.code();
  }
  return 0;
}

} // namespace

TEST_CASE("run copies every row and says so") {
  for (int rows : {0, 1, 3, 100})
    for (std::size_t workers : {1u, 3u}) {
      people from, to;
      state_store state;
      fill(from, rows);
      auto o = small();
      o.workers = workers;
      auto const r = run(from, to, state, "people", o);
      CHECK(r.ending == ending::complete);
      CHECK(r.status.coverage.copied == static_cast<std::uint64_t>(rows));
      CHECK(r.status.coverage.skipped == 0);
      CHECK(r.status.coverage.complete());
      CHECK(coverage_of(state, "people").copied == static_cast<std::uint64_t>(rows));
      CHECK(test::rows_of(from) == test::rows_of(to));
    }
}

TEST_CASE("run again does nothing, and reads nothing of the stores") {
  people from, to;
  state_store state;
  fill(from, 50);
  run(from, to, state, "people", small());
  std::size_t calls = 0;
  watched_people told(from, [&](auto, bool) { ++calls; });
  auto const r = run(told, to, state, "people", small());
  CHECK(r.ending == ending::complete);
  CHECK(r.status.coverage.copied == 50);
  CHECK(calls == 0);
}

TEST_CASE("run skips what New has already and counts it apart") {
  people from, to;
  state_store state;
  fill(from, 20);
  for (int i = 1; i <= 20; i += 4) test::dual_write(from, to, i, "newer", {7, static_cast<std::uint64_t>(i)});
  auto const r = run(from, to, state, "people", small());
  CHECK(r.status.coverage.copied == 15);
  CHECK(r.status.coverage.skipped == 5);
  CHECK(to.get(5) == "newer");
  CHECK(test::rows_of(from) == test::rows_of(to));
}

TEST_CASE("run dies at any step of any store and the next run finishes, each row counted once") {
  std::size_t const rows = 23;
  bool whole = false;
  std::size_t deaths = 0;
  for (std::size_t step = 0; !whole; ++step) {
    people from, to;
    state_store state;
    auto time = 1000ms;
    state.clock([&] { return time; });
    fill(from, rows);
    test::fuse fuse(step);
    test::witness const burning = std::ref(fuse);
    watched_people dying_from(from, burning), dying_to(to, burning);
    watched_state dying_state(state, burning);
    try {
      run(dying_from, dying_to, dying_state, "people", hasty(4, 10));
      whole = true;
    } catch (test::death const&) {
      ++deaths;
    }
    auto const saved = coverage_of(state, "people");
    CHECK(saved.covered() <= to.size());
    time += 1h;
    auto const r = run(from, to, state, "people", small(4, 10));
    CHECK(r.ending == ending::complete);
    CHECK(r.status.coverage.covered() == rows);
    CHECK(coverage_of(state, "people").covered() == rows);
    CHECK(test::rows_of(from) == test::rows_of(to));
  }
  CHECK(deaths > 40);
}

TEST_CASE("run dies again and again, a little further each time, and ends with every row") {
  people from, to;
  state_store state;
  auto time = 1000ms;
  state.clock([&] { return time; });
  fill(from, 40);
  int runs = 0;
  for (bool whole = false; !whole; ++runs) {
    test::fuse fuse(50);
    test::witness const burning = std::ref(fuse);
    watched_people dying_from(from, burning), dying_to(to, burning);
    watched_state dying_state(state, burning);
    try {
      run(dying_from, dying_to, dying_state, "people", hasty(5, 20));
      whole = true;
    } catch (test::death const&) {
      REQUIRE(runs < 100);
      time += 1h;
    }
  }
  CHECK(runs > 2);
  CHECK(coverage_of(state, "people").covered() == 40);
  CHECK(test::rows_of(from) == test::rows_of(to));
}

TEST_CASE("run goes on inside a chunk from the last page that was applied") {
  people from, to;
  state_store state;
  fill(from, 100);
  auto o = small(10, 100);
  std::stop_source stop;
  o.stop = stop.get_token();
  o.told = [&](status const& s) {
    if (s.coverage.copied == 70) stop.request_stop();
  };
  auto const first = run(from, to, state, "people", o);
  CHECK(first.ending == ending::stopped);
  CHECK(to.size() == 70);
  CHECK(coverage_of(state, "people").done == 0);
  CHECK(coverage_of(state, "people").copied == 70);

  std::vector<std::size_t> read;
  watched_people told(to, [&](std::string_view call, bool after) {
    if (call == "fill_many" && after) read.push_back(to.size());
  });
  auto const second = run(from, told, state, "people", small(10, 100));
  CHECK(second.ending == ending::complete);
  CHECK(read == std::vector<std::size_t>{80, 90, 100});
  CHECK(second.status.coverage.copied == 100);
  CHECK(second.status.coverage.skipped == 0);
}

TEST_CASE("run saves the checkpoint of what was copied when it is stopped, though it saves seldom") {
  people from;
  fill(from, 5000);
  for (int trial = 0; trial < 300; ++trial) { // the stop meets the two threads of the worker elsewhere each time
    people to;
    state_store state;
    auto o = small(10, 5000);
    o.save_every = 1h;
    std::stop_source stop;
    o.stop = stop.get_token();
    o.told = [&](status const& s) {
      CHECK(coverage_of(state, "people").copied == 0);
      if (s.coverage.copied == 40) stop.request_stop();
    };
    run(from, to, state, "people", o);
    REQUIRE(coverage_of(state, "people").copied == 40);
  }
}

TEST_CASE("run saves the checkpoint after each hundredth of all rows, though it saves seldom") {
  people from, to;
  state_store state;
  fill(from, 1000);
  auto o = small(5, 1000);
  o.save_every = 1h;
  o.told = [&](status const& s) { CHECK(s.coverage.copied - coverage_of(state, "people").copied <= 10); };
  CHECK(run(from, to, state, "people", o).ending == ending::complete);
}

TEST_CASE("run ends though rows are added behind and between what it copies") {
  people from, to;
  state_store state;
  fill(from, 100);
  std::uint64_t added = 0;
  auto o = small(5, 20);
  o.told = [&](status const& s) {
    REQUIRE(s.coverage.covered() < 1000);
    for (int i = 0; i < 20; ++i) {
      ++added;
      test::dual_write(from, to, static_cast<int>(1000 + added), "new", {7, added});
    }
  };
  auto const r = run(from, to, state, "people", o);
  CHECK(r.ending == ending::complete);
  CHECK(r.status.coverage.covered() == 100);
  CHECK(added >= 400);
  CHECK(test::rows_of(from) == test::rows_of(to));
}

TEST_CASE("run neither overwrites nor brings back what is written beside it") {
  people from, to;
  state_store state;
  fill(from, 60);
  std::uint64_t n = 0;
  watched_people interrupted(from, [&](std::string_view call, bool after) {
    if (call != "scan" || !after) return;
    for (int i = 1; i <= 60; ++i) {
      ++n;
      if (i % 3 == 0) test::dual_write(from, to, i, std::nullopt, {7, n});
      if (i % 5 == 0) test::dual_write(from, to, i, "written " + std::to_string(n), {8, n});
    }
  });
  auto const r = run(interrupted, to, state, "people", small(7, 20));
  CHECK(r.ending == ending::complete);
  CHECK(test::rows_of(from) == test::rows_of(to));
  CHECK_FALSE(to.get(3));
}

TEST_CASE("run beside threads that write without pause leaves no value in New that Old has not") {
  people from, to;
  state_store state;
  int const rows = 2000;
  fill(from, rows);
  std::atomic<bool> over = false;
  auto const writer = [&](std::uint64_t process) {
    std::uint64_t n = 0;
    for (std::uint64_t x = process; !over;) {
      x = x * 6364136223846793005u + 1442695040888963407u;
      int const key = static_cast<int>(x >> 33) % (rows + 200) + 1;
      ++n;
      std::optional<std::string> value;
      if (x % 4 != 0) value = std::to_string(process) + "/" + std::to_string(n);
      test::dual_write(from, to, key, value, {process, n});
    }
  };
  {
    std::jthread const a([&] { writer(1); }), b([&] { writer(2); });
    auto o = small(50, 300);
    o.workers = 2;
    std::atomic<int> pages = 0;
    o.told = [&](status const&) {
      ++pages;
      std::this_thread::yield();
    };
    auto const r = run(from, to, state, "people", o);
    CHECK(r.ending == ending::complete);
    over = true;
  }
  std::size_t wrong = 0, unknown = 0;
  for (int key = 1; key <= rows + 200; ++key) {
    auto const seen = to.look(key);
    CHECK_FALSE(seen.pending);
    if (seen.known == zddm::knowledge::unknown)
      unknown += from.get(key).has_value();
    else
      wrong += seen.value != from.get(key);
  }
  CHECK(wrong == 0);
  std::size_t records = 0;
  to.records({}, 10'000, [&](int, auto const& r) { records += r.known == zddm::knowledge::unknown; });
  CHECK(unknown <= records);
}

TEST_CASE("run tries again what failed for a moment and gives up on what lasts") {
  people from, to;
  state_store state;
  fill(from, 10);
  slept clock;
  int failures = 0;
  auto const failing = [&](int times, zddm::error_class kind) {
    return [&failures, times, kind](std::string_view call, bool after) {
      if ((call == "scan" || call == "fill_many") && !after && failures < times) {
        ++failures;
        throw zddm::store_error(kind, "busy");
      }
    };
  };
  auto o = small(10, 10);
  o.timing = clock.timing();
  std::size_t first_rows = 0;
  o.told = [&](status const& s) { first_rows = s.coverage.copied; };
  zddm::backfill::plan const one_chunk{"", 10, {"10"}, false};
  memory_queue(state, "people").make(one_chunk.encoded(), 1);

  watched_people lasting(from, failing(1000, zddm::error_class::transient));
  CHECK(code_of([&] { run(lasting, to, state, "people", o); }) == 101);
  CHECK(failures == o.attempts * static_cast<int>(o.chunk_attempts));
  failures = 0;
  watched_people damaged(from, failing(1, zddm::error_class::permanent));
  CHECK(code_of([&] { run(damaged, to, state, "people", o); }) == 101);
  CHECK(first_rows == 0);

  failures = 0;
  clock.sleeps.clear();
  watched_people busy_from(from, failing(2, zddm::error_class::transient)), busy_to(to, failing(4, zddm::error_class::transient));
  CHECK(run(busy_from, busy_to, state, "people", o).ending == ending::complete);
  CHECK(failures == 4);
  CHECK(clock.sleeps == std::vector<std::chrono::nanoseconds>{10ms, 20ms, 10ms, 20ms});
  CHECK(test::rows_of(from) == test::rows_of(to));
}

TEST_CASE("run lets one worker's failure end the others, and loses nothing") {
  people from, to;
  state_store state;
  fill(from, 100);
  std::atomic<int> scans = 0;
  watched_people failing(from, [&](std::string_view call, bool after) {
    if (call == "scan" && !after && ++scans >= 12) throw std::runtime_error("gone");
  });
  auto o = small(4, 10);
  o.workers = 4;
  CHECK_THROWS_AS(run(failing, to, state, "people", o), std::runtime_error);
  auto const r = run(from, to, state, "people", o);
  CHECK(r.status.coverage.covered() == 100);
  CHECK(test::rows_of(from) == test::rows_of(to));
}

TEST_CASE("run refuses a plan that was made for something else") {
  people from, to;
  state_store state;
  fill(from, 10);
  auto o = small();
  o.identity = "people to names, first";
  run(from, to, state, "people", o);
  o.identity = "people to names, second";
  CHECK(code_of([&] { run(from, to, state, "people", o); }) == 240);
  memory_queue(state, "people").forget();
  CHECK(run(from, to, state, "people", o).status.coverage.skipped == 10);
}

TEST_CASE("run obeys live settings two pages later at the latest: one is being written then, and one is being read") {
  people from, to;
  state_store state;
  fill(from, 100);
  auto o = small();
  o.chunk.rows = 1000;
  std::atomic<std::uint64_t> batch = 10;
  o.live = [&] { return settings{batch}; };
  std::vector<std::uint64_t> sizes;
  std::uint64_t before = 0;
  o.told = [&](status const& s) {
    sizes.push_back(s.coverage.copied - std::exchange(before, s.coverage.copied));
    if (sizes.size() == 3) batch = 5;
  };
  run(from, to, state, "people", o);
  CHECK(before == 100);
  REQUIRE(sizes.size() >= 13); // six of 10 and eight of 5 at the latest
  for (std::size_t i = 0; i < 3; ++i) CHECK(sizes[i] == 10);
  for (std::size_t i = 5; i < sizes.size(); ++i) CHECK(sizes[i] == 5);
}

TEST_CASE("run pauses, says so, and goes on") {
  people from, to;
  state_store state;
  fill(from, 20);
  slept clock;
  auto o = small(10, 100);
  o.timing = clock.timing();
  int asked = 0, paused = 0;
  o.live = [&] {
    ++asked;
    return settings{10, 0, asked > 1 && asked < 5};
  };
  o.told = [&](status const& s) {
    if (!s.paused) return;
    ++paused;
    CHECK(to.size() <= 10); // what was read before is written
  };
  CHECK(run(from, to, state, "people", o).ending == ending::complete);
  CHECK(paused >= 3); // once more if the page before was written meanwhile
  CHECK(clock.sleeps.size() == 3);
}

TEST_CASE("run can be stopped while it is paused") {
  people from, to;
  state_store state;
  fill(from, 20);
  std::stop_source stop;
  auto o = small();
  o.stop = stop.get_token();
  o.live = [] { return settings{10, 0, true}; };
  o.told = [&](status const& s) {
    CHECK(s.paused);
    stop.request_stop();
  };
  CHECK(run(from, to, state, "people", o).ending == ending::stopped);
  CHECK(to.size() == 0);
}

TEST_CASE("run holds the limit of rows a second and counts what it waited") {
  people from, to;
  state_store state;
  fill(from, 1000);
  slept clock;
  auto o = small();
  o.chunk.rows = 100'000;
  o.timing = clock.timing();
  o.live = [] { return settings{10'000, 50}; };
  std::uint64_t before = 0;
  std::optional<std::chrono::seconds> left;
  o.told = [&](status const& s) {
    CHECK(s.coverage.copied - before <= 50);
    before = s.coverage.copied;
    if (s.coverage.copied == 500) left = s.left;
  };
  auto const began = clock.time;
  auto const r = run(from, to, state, "people", o);
  CHECK(clock.time - began == 20s);
  CHECK(r.status.throttled.at("rows per second") == 20s);
  CHECK(*r.status.rows_per_second == doctest::Approx(50));
  REQUIRE(left);
  CHECK(*left <= 11s);
  CHECK(*left >= 8s);
}

TEST_CASE("run takes a throttle of somebody else's and the longer of two waits") {
  people from, to;
  state_store state;
  fill(from, 30);
  slept clock;
  auto o = small(10, 100);
  o.timing = clock.timing();
  o.live = [] { return settings{10, 10}; };
  o.throttle = [](zddm::backfill::load const& l, auto) {
    CHECK(l.rows == 10);
    return zddm::backfill::pause{5s, "replication lag"};
  };
  auto const r = run(from, to, state, "people", o);
  CHECK(r.status.throttled.size() == 1);
  CHECK(r.status.throttled.at("replication lag") == 15s);
}

TEST_CASE("run fills a New without intents through whoever holds the lock of a key") {
  struct locked_fill {
    people& from;
    people& to;
    std::mutex lock{};
    bool fill(int key) {
      std::lock_guard const hold(lock);
      if (to.get(key)) return false;
      auto const value = from.get(key);
      if (value) to.put(key, *value);
      return value.has_value();
    }
  };
  people from, to;
  state_store state;
  fill(from, 50);
  to.put(7, "newer");
  locked_fill filler{from, to};
  auto const r = run(from, filler, state, "people", small());
  CHECK(r.ending == ending::complete);
  CHECK(r.status.coverage.copied == 49);
  CHECK(r.status.coverage.skipped == 1);
  CHECK(to.get(7) == "newer");
  CHECK(to.size() == 50);
}

TEST_CASE("run refuses rows without a counterpart, counts and lists them once, and copies the others") {
  for (std::size_t workers : {1u, 3u}) {
    test::old_people from;
    test::add_people(from, 50);
    for (int i : {1, 10, 11, 30, 50}) from.put(i, {});
    test::in_new_shape shaped(from);
    zddm::memory::store<int, test::new_person> to;
    state_store state;
    auto o = small();
    o.workers = workers;
    auto const r = run(shaped, to, state, "people", o);
    CHECK(r.ending == ending::complete);
    CHECK(r.status.coverage.copied == 45);
    CHECK(r.status.coverage.refused == 5);
    auto const saved = coverage_of(state, "people");
    CHECK(saved.refused == 5);
    CHECK(saved.refused_keys == std::vector<std::string>{"1", "10", "11", "30", "50"});
    CHECK(to.size() == 45);
  }
}

TEST_CASE("run ends where more rows than allowed have no counterpart, and again until they are mended") {
  test::old_people from;
  test::add_people(from, 100);
  for (int i = 20; i < 40; ++i) from.put(i, {});
  test::in_new_shape shaped(from);
  zddm::memory::store<int, test::new_person> to;
  state_store state;
  auto o = small(5, 25);
  o.most_refused = 7;
  auto const first = run(shaped, to, state, "people", o);
  CHECK(first.ending == ending::refused);
  auto const refused = coverage_of(state, "people").refused;
  CHECK(refused > 7);
  CHECK(refused < 20);
  auto const second = run(shaped, to, state, "people", o);
  CHECK(second.ending == ending::refused);
  CHECK(coverage_of(state, "people").refused == refused);
  test::add_people(from, 100);
  memory_queue(state, "people").forget();
  auto const third = run(shaped, to, state, "people", o);
  CHECK(third.ending == ending::complete);
  CHECK(third.status.coverage.refused == 0);
  CHECK(to.size() == 100);
}

TEST_CASE("run does not call complete a copy whose last pages have refused more rows than allowed") {
  test::old_people from;
  test::add_people(from, 20);
  for (int i = 5; i <= 16; ++i) from.put(i, {});
  test::in_new_shape shaped(from);
  zddm::memory::store<int, test::new_person> to;
  state_store state;
  auto o = small(1000, 1000);
  o.most_refused = 7;
  for (int again = 0; again < 2; ++again) {
    auto const r = run(shaped, to, state, "people", o);
    CHECK(r.ending == ending::refused);
    CHECK(r.status.coverage.refused == 12);
  }
  o.most_refused = 12;
  CHECK(run(shaped, to, state, "people", o).ending == ending::complete);
}

TEST_CASE("run remembers no more refused keys than it may, and counts all") {
  test::old_people from;
  for (int i = 1; i <= 60; ++i) from.put(i, {});
  test::in_new_shape shaped(from);
  zddm::memory::store<int, test::new_person> to;
  state_store state;
  auto o = small(5, 10);
  o.most_refused = 1000;
  o.most_listed = 12;
  auto const r = run(shaped, to, state, "people", o);
  CHECK(r.ending == ending::complete);
  CHECK(r.status.coverage.refused == 60);
  CHECK(coverage_of(state, "people").refused_keys.size() == 12);
}

TEST_CASE("run copies under other keys in another order, and names the rows whose keys have no counterpart") {
  test::old_people from;
  test::add_people(from, 100);
  from.put(-5, {"Ada", "Negative", 1});
  test::under_new_keys shaped(from);
  zddm::memory::store<std::string, test::new_person> to;
  state_store state;
  auto const r = run(shaped, to, state, "people", small());
  CHECK(r.ending == ending::complete);
  CHECK(r.status.coverage.copied == 100);
  CHECK(r.status.coverage.refused == 1);
  CHECK(r.status.coverage.refused_keys == std::vector<std::string>{"-5"});
  CHECK(to.get("p100")->name == "Ada Nr 100");
}
