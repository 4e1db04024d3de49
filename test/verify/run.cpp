// SPDX-License-Identifier: BSL-1.0
#include <zddm/verify/run.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/memory/store.hpp>
#include <zddm/verify/drain.hpp>
#include <zddm/verify/repair.hpp>
#include <zddm/verify/version_repair.hpp>

#include "tools/people.hpp"
#include "tools/watched.hpp"

using namespace std::chrono_literals;
using people = zddm::memory::store<int, std::string>;
using new_people = zddm::memory::store<int, test::new_person>;
using watched_people = test::watched<people>;
using zddm::verify::options;
using zddm::verify::report;
using zddm::verify::run;

namespace {

/// Recheck without waiting; the time moves by what is slept.
struct slept {
  std::chrono::nanoseconds time = 1h;
  options o{};
  slept() {
    o.timing.now = [this] { return time; };
    o.timing.sleep = [this](std::chrono::nanoseconds t, auto const&) { time += t; };
  }
};

void fill_both(people& from, people& to, int rows) {
  for (int i = 1; i <= rows; ++i) {
    from.put(i, "v" + std::to_string(i));
    to.put(i, "v" + std::to_string(i));
  }
}

} // namespace

TEST_CASE("run finds nothing in stores that agree") {
  people from, to;
  CHECK(run(from, to).clean());
  fill_both(from, to, 2500);
  auto const r = run(from, to);
  CHECK(r.clean());
  CHECK(r.rows == 2500);
  CHECK(r.settled.total() == 0);
  CHECK(r.listed.empty());
}

TEST_CASE("run finds and repairs mismatches of every kind") {
  test::old_people from;
  test::add_people(from, 100);
  test::in_new_shape shaped(from);
  new_people to;
  for (int i = 1; i <= 100; ++i) to.put(i, *shaped.get(i));
  to.erase(10);
  to.put(20, {"Ada Nr 20", 1});
  to.put(30, {"Eve", 1830});
  to.put(200, {"extra", 1});
  from.put(40, {});
  for (bool by_lookup : {false, true}) {
    slept s;
    s.o.by_lookup = by_lookup;
    s.o.page = 7;
    auto const r = run(shaped, to, s.o);
    CHECK(r.complete);
    CHECK_FALSE(r.clean());
    CHECK(r.rows == 101);
    CHECK(r.wrong.missing == 1);
    CHECK(r.wrong.extra == 1);
    CHECK(r.wrong.differs == 2);
    CHECK(r.wrong.unmappable == 1);
    REQUIRE(r.listed.size() == 5);
    for (auto const& m : r.listed) {
      if (m.key == "10") CHECK(m.kind == "missing");
      if (m.key == "20") CHECK(m.columns == std::vector<std::string>{"born"});
      if (m.key == "30") CHECK(m.columns == std::vector<std::string>{"name"});
      if (m.key == "40") CHECK(m.kind == "unmappable");
      if (m.key == "200") CHECK(m.kind == "extra");
      CHECK(m.age_ms == 200);
      CHECK_FALSE(m.old_value);
      CHECK_FALSE(m.new_value);
    }
  }
  slept s;
  zddm::verify::repair<test::in_new_shape, new_people> mend(shaped, to);
  auto const r = run(shaped, to, s.o, [&](auto const& found) { mend(found.key); });
  CHECK(r.wrong.total() == 5);
  CHECK(mend.done().healed == 4);
  CHECK(mend.done().unmappable == 1);
  from.erase(40);
  CHECK(run(shaped, to, s.o).clean());
}

TEST_CASE("run shows values only where it is asked to") {
  test::old_people from;
  test::add_people(from, 1);
  test::in_new_shape shaped(from);
  new_people to;
  to.put(1, {"secret", 1801});
  slept s;
  CHECK(zddm::text::encode(run(shaped, to, s.o)).find("secret") == std::string::npos);
  s.o.values = true;
  auto const r = run(shaped, to, s.o);
  CHECK(r.listed.at(0).old_value == "{name: \"Ada Nr 1\", born: 1801}");
  CHECK(r.listed.at(0).new_value == "{name: \"secret\", born: 1801}");
}

TEST_CASE("run holds few suspects at a time, counts all and lists the first") {
  people from, to;
  fill_both(from, to, 1000);
  for (int i = 1; i <= 1000; i += 2) to.put(i, "wrong");
  slept s;
  s.o.most_suspects = 40;
  s.o.most_listed = 3;
  int told = 0;
  s.o.told = [&](zddm::verify::status const&) { ++told; };
  std::size_t found = 0;
  auto const r = run(from, to, s.o, [&](auto const&) { ++found; });
  CHECK(r.wrong.differs == 500);
  CHECK(found == 500);
  CHECK(told == 14);
  REQUIRE(r.listed.size() == 3);
  CHECK(r.listed[2].key == "5");
}

TEST_CASE("run counts a key apart of which New knows that it does not know it") {
  people from, to;
  fill_both(from, to, 30);
  for (int i : {3, 7, 29}) to.release(i, to.begin(i, {7, static_cast<std::uint64_t>(i)}).value());
  to.erase(8);
  for (std::size_t page : {1u, 2u, 1000u}) {
    slept s;
    s.o.page = page;
    auto const r = run(from, to, s.o);
    CHECK(r.unknown.total() == 3);
    CHECK(r.wrong.missing == 1);
    CHECK(r.listed.at(0).key == "8");
  }
  zddm::verify::drain(from, to, [](auto) { return false; });
  slept s;
  auto const r = run(from, to, s.o);
  CHECK(r.unknown.total() == 0);
  CHECK(r.wrong.missing == 1);
}

TEST_CASE("run counts a key apart that is being written, and is clean") {
  people from, to;
  fill_both(from, to, 10);
  to.begin(4, {7, 1});
  from.put(4, "v2");
  slept s;
  auto const r = run(from, to, s.o);
  CHECK(r.in_flight.total() == 1);
  CHECK(r.clean());
}

TEST_CASE("run names a row whose key has no counterpart, and verifies keys in another order") {
  test::old_people from;
  test::add_people(from, 30);
  from.put(-2, {"Ada", "Negative", 1});
  test::under_new_keys shaped(from);
  zddm::memory::store<std::string, test::new_person> to;
  for (int i = 1; i <= 30; ++i) to.put("p" + std::to_string(i), *shaped.get("p" + std::to_string(i)));
  to.erase("p17");
  slept s;
  auto const r = run(shaped, to, s.o);
  CHECK(r.rows == 31);
  CHECK(r.wrong.missing == 1);
  CHECK(r.wrong.unmappable == 1);
  REQUIRE(r.listed.size() == 2);
  CHECK(r.listed[0].key == "-2");
  CHECK(r.listed[1].key == "\"p17\"");
  to.put("nobody", {"nobody asked", 1});
  CHECK(run(shaped, to, s.o).wrong.extra == 1);
}

TEST_CASE("run that is stopped is not complete, and not clean") {
  people from, to;
  fill_both(from, to, 100);
  std::stop_source stop;
  watched_people stopping(from, [&](std::string_view call, bool after) {
    if (call == "scan" && after) stop.request_stop();
  });
  options o;
  o.stop = stop.get_token();
  o.page = 10;
  o.digests = false;
  auto const r = run(stopping, to, o);
  CHECK_FALSE(r.complete);
  CHECK_FALSE(r.clean());
  CHECK(r.rows < 100);
}

TEST_CASE("run names what stores hold by its digest") {
  people from, to;
  from.put(1, "a");
  to.put(1, "b");
  to.put(2, "");
  slept s;
  auto const r = run(from, to, s.o);
  REQUIRE(r.listed.size() == 2);
  CHECK(r.listed[0].old_digest == "e6c632b61e964e1f");
  CHECK(r.listed[0].new_digest != r.listed[0].old_digest);
  CHECK_FALSE(r.listed[1].old_digest);
  CHECK(r.listed[1].new_digest == "2d06800538d394c2");
}

TEST_CASE("run finds the same by digests as by merging every row") {
  std::uint64_t x = 11;
  auto const random = [&] { return x = x * 6364136223846793005u + 1442695040888963407u, static_cast<int>(x >> 40); };
  for (int round = 0; round < 20; ++round) {
    people from, to;
    fill_both(from, to, 3000);
    for (int i = 0; i < round * 3; ++i) {
      int const key = random() % 3100 + 1;
      if (i % 3 == 0)
        from.erase(key);
      else
        to.put(key, "w" + std::to_string(i));
    }
    slept s, plain;
    plain.o.digests = false;
    auto const a = run(from, to, s.o), b = run(from, to, plain.o);
    CHECK(a.rows == b.rows);
    CHECK(zddm::text::encode(a) == zddm::text::encode(b));
  }
}

TEST_CASE("run that was stopped or killed goes on from its last checkpoint, and tells each key once") {
  people from, to;
  fill_both(from, to, 300'000);
  for (int i : {5, 70'000, 140'000, 299'999}) to.put(i, "wrong");
  slept s;
  auto const whole = run(from, to, s.o);
  REQUIRE(whole.wrong.differs == 4);
  for (bool by_lookup : {false, true})
    for (std::uint64_t killed_after : {1u, 65'536u, 131'072u, 290'000u}) {
      slept first;
      first.o.by_lookup = by_lookup;
      first.o.save_every = 0ms;
      std::optional<zddm::verify::position> saved;
      first.o.save = [&](auto const& at) { saved = at; };
      first.o.told = [&](zddm::verify::status const& now) {
        if (now.walked > killed_after) throw test::death();
      };
      CHECK_THROWS_AS(run(from, to, first.o), test::death);
      slept second;
      second.o.by_lookup = by_lookup;
      second.o.from = zddm::text::decode<std::optional<zddm::verify::position>>(zddm::text::encode(saved));
      std::uint64_t start = 0;
      second.o.told = [&](zddm::verify::status const& now) {
        if (start == 0) start = now.walked;
      };
      auto const r = run(from, to, second.o);
      CHECK(r.complete);
      CHECK(r.rows == whole.rows);
      CHECK(r.wrong.differs == 4);
      CHECK(r.listed.size() == 4);
      if (saved) CHECK(start > saved->walked / 2);
    }
}

TEST_CASE("run that goes on looks again at what was found, whose age goes on too") {
  people from, to;
  fill_both(from, to, 10);
  to.put(3, "wrong");
  to.put(7, "wrong");
  slept s;
  zddm::verify::position before;
  before.found = run(from, to, s.o);
  REQUIRE(before.found.wrong.differs == 2);
  to.put(3, "v3");
  before.found.listed.at(1).age_ms = 5000;
  s.o.from = before;
  auto const r = run(from, to, s.o);
  CHECK(r.wrong.differs == 1);
  CHECK(r.settled.total() == 1);
  REQUIRE(r.listed.size() == 1);
  CHECK(r.listed[0].key == "7");
  CHECK(r.listed[0].age_ms >= 5000);
}

TEST_CASE("run of a sample compares its share, proves nothing, and finds what it meets") {
  people from, to;
  fill_both(from, to, 20'000);
  for (int i = 1; i <= 20'000; ++i)
    if (i % 10 == 0) to.put(i, "wrong");
  for (std::uint64_t seed : {1u, 2u}) {
    slept s;
    s.o.sample = {zddm::threshold::percent(10), 0, 1000, seed};
    auto const r = run(from, to, s.o);
    CHECK_FALSE(r.complete);
    CHECK(r.rows > 1700);
    CHECK(r.rows < 2300);
    CHECK(r.wrong.differs > r.rows / 10 - 60);
    CHECK(r.wrong.differs < r.rows / 10 + 60);
    s.o.sample = {zddm::threshold::open(), 4, 1000, seed};
    auto const ranges = run(from, to, s.o);
    CHECK_FALSE(ranges.complete);
    CHECK(ranges.rows == 4000);
    CHECK(ranges.wrong.differs == 400);
    s.o.by_lookup = true;
    CHECK(run(from, to, s.o).wrong.differs == 400);
  }
}

TEST_CASE("run says nothing of what it saw once the stores may not be compared any more") {
  people from, to;
  fill_both(from, to, 10);
  to.erase(4);
  struct switched_over {};
  slept s;
  s.o.confirm = [] { throw switched_over(); };
  bool found = false;
  CHECK_THROWS_AS(run(from, to, s.o, [&](auto const&) { found = true; }), switched_over);
  CHECK_FALSE(found);
}

TEST_CASE("run beside threads that write without pause raises no alarm, misses nothing, and repair harms nothing") {
  people from, to;
  int const rows = 400;
  for (int i = 1; i <= 2 * rows; ++i) {
    from.put(i, "v" + std::to_string(i));
    to.put(i, "v" + std::to_string(i));
  }
  std::atomic<bool> over = false;
  auto const writer = [&](std::uint64_t process) {
    std::uint64_t n = 0;
    for (std::uint64_t x = process; !over;) {
      x = x * 6364136223846793005u + 1442695040888963407u;
      int const key = static_cast<int>(x >> 33) % rows + 1;
      ++n;
      std::optional<std::string> value;
      if (x % 4 != 0) value = std::to_string(process) + "/" + std::to_string(n);
      test::dual_write(from, to, key, value, {process, n});
    }
  };
  to.erase(rows + 10);
  to.put(rows + 20, "wrong");
  from.erase(rows + 30);
  {
    std::jthread const a([&] { writer(1); }), b([&] { writer(2); });
    options o;
    o.page = 50;
    o.patience.between = 1ms;
    for (int round = 0; round < 3; ++round) {
      zddm::verify::repair<people, people> mend(from, to);
      auto const r = run(from, to, o, [&](auto const& found) {
        CHECK(found.key > rows);
        mend(found.key);
      });
      CHECK(r.wrong.total() == (round == 0 ? 3 : 0));
      CHECK(mend.done().healed == r.wrong.total());
      // A repair of what is not wrong, beside writers of the same keys.
      for (int key = 1; key <= rows; ++key) mend(key);
    }
    over = true;
  }
  CHECK(zddm::verify::drain(from, to, [](auto) { return false; }).dry());
  CHECK(test::rows_of(from) == test::rows_of(to));
  CHECK(run(from, to).clean());
}

namespace {

/// Two threads that write without pause, each the keys of its own, and remember what they have been acknowledged.
class writers {
public:
  static constexpr int rows = 400;
  using write = std::function<void(int key, std::optional<std::string> const& value, std::uint64_t process, std::uint64_t n)>;

  explicit writers(write w) : write_(std::move(w)) {
    for (std::uint64_t process : {1u, 2u}) threads_[process - 1] = std::jthread([this, process] { work(process); });
  }
  ~writers() { over_ = true; }

  /// Until every write that is under way now has ended.
  void pass() const {
    for (auto const& count : done_)
      for (auto const before = count.load(); count.load() < before + 2;) std::this_thread::yield();
  }
  void stop() {
    over_ = true;
    for (auto& t : threads_) t.join();
  }
  std::optional<std::string> last(int key) const { return last_[static_cast<std::size_t>(key)]; }

private:
  void work(std::uint64_t process) {
    std::uint64_t n = 0;
    for (std::uint64_t x = process; !over_;) {
      x = x * 6364136223846793005u + 1442695040888963407u;
      int const key = static_cast<int>(x >> 33) % (rows / 2) * 2 + static_cast<int>(process);
      std::optional<std::string> value;
      if (++n, x % 4 != 0) value = std::to_string(process) + "/" + std::to_string(n);
      write_(key, value, process, n);
      last_[static_cast<std::size_t>(key)] = value;
      ++done_[process - 1];
    }
  }

  write write_;
  std::vector<std::optional<std::string>> last_ = [] {
    std::vector<std::optional<std::string>> all;
    for (int i = 0; i <= rows; ++i) all.push_back("v" + std::to_string(i));
    return all;
  }();
  std::atomic<bool> over_ = false;
  std::array<std::atomic<std::uint64_t>, 2> done_{};
  std::array<std::jthread, 2> threads_;
};

} // namespace

TEST_CASE(
    "run I10: after the switch, beside writers, it alarms of what was planted alone, and its repair of Old undoes no write") {
  people from, to;
  fill_both(from, to, writers::rows + 100);
  from.put(410, "lost");
  from.erase(420);
  to.assign(430, std::nullopt);
  to.erase(440); // never heard of
  writers busy([&](int key, std::optional<std::string> const& value, std::uint64_t process, std::uint64_t n) {
    auto t = to.begin(key, {process, n});
    while (!t) t = to.begin(key, {process, n}); // a repair holds the key
    if (value)
      from.put(key, *value);
    else
      from.erase(key);
    to.end(key, *t, value);
  });
  options o;
  o.patience.between = 1ms;
  for (int round = 0; round < 3; ++round) {
    zddm::verify::repair<people, people> mend(from, to, {.right = zddm::verify::authority::new_store});
    auto const r = run(from, to, o, [&](auto const& found) {
      CHECK(found.key > writers::rows);
      mend(found.key);
    });
    CHECK(r.wrong.total() == (round == 0 ? 4 : 0));
    CHECK(mend.done().healed == r.wrong.total());
    for (int key = 1; key <= writers::rows; ++key) mend(key);
  }
  busy.stop();
  CHECK(zddm::verify::drain(from, to, [](auto) { return false; }).dry());
  CHECK(run(from, to).clean());
  for (int key = 1; key <= writers::rows; ++key) CHECK(from.get(key) == busy.last(key));
  CHECK(from.get(410) == "v410");
  CHECK(from.get(420) == "v420");
  CHECK_FALSE(from.get(430));
  CHECK(to.get(440) == "v440");
}

TEST_CASE("run I10: by versions, beside writers, it alarms of what was planted alone, and its repair undoes no write") {
  using zddm::verify::authority;
  for (auto const right : {authority::old_store, authority::new_store}) {
    people from, to;
    auto const write = [&](int key, std::optional<std::string> const& value, std::uint64_t process, std::uint64_t) {
      auto const n = value ? from.put_next(key, *value, process) : from.erase_next(key, process);
      value ? to.put_if_newer(key, *value, n) : to.erase_if_newer(key, n);
    };
    for (int i = 1; i <= writers::rows + 100; ++i) write(i, "v" + std::to_string(i), 9, 0);
    from.put_next(410, "its process died", 8);
    to.put(420, "behind everybody's back");
    to.put_if_newer(430, "ahead", {1000, 1});
    to.erase_if_newer(440, {1000, 1});
    writers busy(write);
    options o;
    o.timing.sleep = [&](auto, auto const&) { busy.pass(); }; // longer than a write takes
    zddm::verify::by_versions const how;
    for (int round = 0; round < 3; ++round) {
      zddm::verify::version_repair<people, people> mend(from, to, {.right = right});
      auto const r = run(
          from, to, o,
          [&](auto const& found) {
            CHECK(found.key > writers::rows);
            mend(found.key);
          },
          how);
      CHECK(r.wrong.total() == (round == 0 ? 4 : 0));
      CHECK(mend.done().healed == r.wrong.total());
      for (int key = 1; key <= writers::rows; ++key) mend(key);
    }
    busy.stop();
    CHECK(run(from, to, {}, [](auto const&) {}, how).clean());
    for (int key = 1; key <= writers::rows; ++key) {
      CHECK(from.get(key) == busy.last(key));
      CHECK(to.get(key) == busy.last(key));
    }
    CHECK(to.get(410) == "its process died");
    CHECK(from.get(420) == (right == authority::old_store ? "v420" : "behind everybody's back"));
    CHECK(to.get(430) == (right == authority::old_store ? "v430" : "ahead"));
    CHECK(from.get(440).has_value() == (right == authority::old_store));
  }
}
