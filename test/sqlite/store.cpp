// SPDX-License-Identifier: BSL-1.0
#include <zddm/sqlite/store.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <list>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <unistd.h>

#include <doctest/doctest.h>

#include <zddm/testing/laws/store.hpp>

#include "../tools/processes.hpp"
#include "../tools/scratch.hpp"

using namespace std::chrono_literals;
using zddm::entry;
using zddm::intent_id;
using zddm::knowledge;
using zddm::store_error;
using zddm::unmappable;
using zddm::sqlite::database;
using zddm::sqlite::store;
using zddm::sqlite::table_options;

namespace {

struct person {
  BOOST_HANA_DEFINE_STRUCT(person, (std::string, name), (std::optional<int>, age), (std::vector<std::string>, tags));
  friend bool operator==(person const&, person const&) = default;
};

using texts = store<std::string, std::string>;
using numbers = store<std::int64_t, std::int64_t>;
using people = store<std::pair<int, std::string>, person>;

static_assert(zddm::store<texts> && zddm::insertable_store<texts> && zddm::updatable_store<texts>);
static_assert(zddm::scannable_store<texts> && zddm::batch_store<texts> && zddm::journaling_store<texts>);
static_assert(zddm::versioned_store<texts> && zddm::conditional_store<texts> && zddm::intent_store<texts>);
static_assert(zddm::intent_store<people> && zddm::scannable_store<people>);
static_assert(!zddm::lending_store<texts> && !zddm::expiring_store<texts>);

constexpr zddm::sqlite::options quick{.busy_timeout = 120s, .synchronous = zddm::sqlite::synchronous::off};

/// The store of a fresh file, time after time.
template <class Store> struct maker {
  table_options options;
  test::scratch dir = {};
  std::list<database> files = {};

  Store operator()() {
    auto& file = files.emplace_back(dir / std::to_string(files.size()), quick);
    Store s(file, options);
    s.create_table();
    s.create_records();
    return Store(file, options);
  }
};

struct people_samples {
  static std::pair<int, std::string> key(unsigned i) { return {static_cast<int>(i / 10), std::to_string(i % 10)}; }
  static person value(unsigned i) {
    return {"n" + std::to_string(i), i % 3 == 0 ? std::nullopt : std::optional(static_cast<int>(i)), {"a", std::to_string(i)}};
  }
};

template <class Samples, class Store> void keeps_the_laws(table_options options) {
  maker<Store> m{.options = std::move(options)};
  zddm::testing::laws::store<Samples>([&] { return m(); }, [](std::string_view law) { FAIL_CHECK(law); });
}

struct fixture {
  test::scratch dir;
  database d{dir / "a.db", quick};
  numbers n{d, {.table = "n"}};
  fixture() {
    n.create_table();
    n.create_records();
  }
  std::string ask(std::string const& sql) { return d.session().connection().ask(sql); }
};

} // namespace

TEST_CASE("sqlite store: a damaged record is an error that a fence or an assignment mends") {
  test::scratch const dir;
  database d(dir / "a.db", quick);
  texts s(d, {.table = "t"});
  s.create_table();
  s.create_records();
  auto const damage = [&] { d.session().connection().execute("INSERT OR REPLACE INTO t_zddm_intents VALUES ('k', x'0011')"); };
  damage();
  CHECK_THROWS_AS(s.look("k"), store_error);
  CHECK_THROWS_AS(s.begin("k", {1, 1}), store_error);
  CHECK(s.records({}, 9, [](std::string const& k, zddm::intent_record const& r) {
    CHECK(k == "k");
    CHECK((r == zddm::intent_record{}));
  }) == 1);
  CHECK(s.fill("k", "healed", s.fence("k")));
  CHECK(s.look("k").value == "healed");
  damage();
  s.assign("k", std::nullopt);
  CHECK(s.look("k").known == knowledge::absent);
  damage();
  s.assign("k", "v");
  CHECK(s.records({}, 9, [](auto const&, auto const&) {}) == 0);
}

TEST_CASE("sqlite store keeps the laws with texts, in a table of any name") {
  keeps_the_laws<void, texts>({.table = "we\"ird tab;le", .key = {"k'ey; --"}, .value = {"select"}});
}
TEST_CASE("sqlite store keeps the laws with numbers") { keeps_the_laws<void, numbers>({.table = "n"}); }
TEST_CASE("sqlite store keeps the laws with records under a key of two columns") {
  keeps_the_laws<people_samples, people>({.table = "people", .key = {"group", "nick name"}});
}

TEST_CASE_FIXTURE(fixture, "sqlite store leaves in the table what an application would, and nothing else behind") {
  n.put(1, 10);
  auto const t = n.begin(2, {1, 1}).value();
  n.end(2, t, 20);
  (void)n.put_next(3, 30, 1);
  n.put_marked(4, 40);
  CHECK(ask("SELECT group_concat(key || '=' || value) FROM n") == "1=10,2=20,3=30,4=40");
  CHECK(ask("SELECT count(*) FROM n_zddm_intents") == "0");
  n.drop_records();
  n.drop_records();
  CHECK(ask("SELECT group_concat(name) FROM sqlite_schema WHERE type = 'table'") == "n");
  CHECK(n.get(2) == 20);
  n.create_records();
  n.create_records();
  CHECK(n.look(2).known == knowledge::present);
  n.drop_table();
  n.drop_table();
  CHECK(ask("SELECT count(*) FROM sqlite_schema") == "0");
  CHECK_THROWS_AS(n.get(2), store_error);
  n.create_table();
  CHECK_FALSE(n.get(2));
}

TEST_CASE_FIXTURE(fixture, "sqlite store without its records refuses what needs them and says what to do") {
  n.drop_records();
  n.put(1, 10);
  CHECK(n.look(1).value == 10);
  try {
    (void)n.begin(1, {1, 1});
    FAIL("an intent without a record");
  } catch (store_error const& e) {
    CHECK(e.code() == 126);
    CHECK(std::string(e.what()).find("create_records") != std::string::npos);
  }
  CHECK(n.get(1) == 10);
}

TEST_CASE_FIXTURE(fixture, "sqlite store refuses a fill that looked before the records were dropped and made anew") {
  auto const seen = n.look(1).seen;
  n.drop_records();
  n.create_records();
  CHECK_FALSE(n.fill(1, 10, seen));
  CHECK(n.fill(1, 10, n.look(1).seen));
}

TEST_CASE_FIXTURE(fixture, "sqlite store does without a table until it is used, and says when it is missing") {
  texts other(d, {.table = "other"});
  CHECK_THROWS_AS(other.get("a"), store_error);
  other.create_table();
  CHECK_FALSE(other.get("a"));
}

TEST_CASE_FIXTURE(fixture, "sqlite store refuses unsigned keys that SQLite would put before zero, but keeps such values") {
  store<std::uint64_t, std::uint64_t> u(d, {.table = "u"});
  u.create_table();
  std::uint64_t const high = ~std::uint64_t{0};
  CHECK_THROWS_AS(u.put(high, 1), unmappable);
  CHECK_THROWS_AS(u.get(high), unmappable);
  u.put(high >> 1, high);
  CHECK(u.get(high >> 1) == high);
  CHECK(u.size() == 1);
}

TEST_CASE_FIXTURE(fixture, "sqlite store applies nothing of a batch that holds what it cannot keep") {
  store<int, double> r(d, {.table = "r"});
  r.create_table();
  r.create_records();
  double const nan = std::numeric_limits<double>::quiet_NaN();
  std::vector<entry<int, double>> const bad{{1, 0.5}, {2, nan}};
  CHECK_THROWS_AS(r.put_many(bad), unmappable);
  CHECK_THROWS_AS(r.fill_many(bad, r.sequence()), unmappable);
  CHECK(r.size() == 0);
  CHECK_THROWS_AS(r.update(3, [&](auto const&) { return std::optional(nan); }), unmappable);
  CHECK_FALSE(r.get(3));
}

TEST_CASE_FIXTURE(fixture, "sqlite store forgets the record of a key that a batch fills") {
  for (std::int64_t key = 0; key < 3; ++key) n.release(key, n.begin(key, {1, 1}).value());
  std::vector<entry<std::int64_t, std::int64_t>> const batch{{0, 5}, {1, 6}, {2, 7}, {3, 8}};
  n.fence(1);
  auto const seen = n.sequence();
  n.fence(2);
  CHECK(n.fill_many(batch, seen) == 3);
  CHECK(ask("SELECT group_concat(k1) FROM n_zddm_intents") == "2");
  CHECK(ask("SELECT group_concat(key || '=' || value) FROM n") == "0=5,1=6,3=8");
}

TEST_CASE_FIXTURE(fixture, "sqlite store may be called from within a scan") {
  for (int i = 0; i < 50; ++i) n.put(i, i);
  CHECK(n.scan({}, 99, [&](std::int64_t key, std::int64_t) {
    n.put(key, -1);
    n.put(key + 1000, 1);
  }) == 50);
  CHECK(n.size() == 100);
}

TEST_CASE_FIXTURE(fixture, "sqlite store loses no update of several processes with threads") {
  constexpr int processes = 3, threads = 2, rounds = 40;
  CHECK(test::in_processes(processes, [&](int) {
    std::vector<std::thread> all;
    for (int i = 0; i < threads; ++i)
      all.emplace_back([&] {
        for (int r = 0; r < rounds; ++r) n.update(r % 5, [](auto const& is) { return std::optional(is.value_or(0) + 1); });
      });
    for (auto& t : all) t.join();
    return true;
  }));
  for (int i = 0; i < 5; ++i) CHECK(n.get(i) == processes * threads * rounds / 5);
}

TEST_CASE_FIXTURE(fixture, "sqlite store gives every step of several processes a number of its own, and one of them is alone") {
  constexpr int processes = 4, rounds = 25;
  auto const first = n.sequence();
  texts log(d, {.table = "log"});
  log.create_table();
  CHECK(test::in_processes(processes, [&](int me) {
    for (int r = 0; r < rounds; ++r) {
      auto const t = n.begin(7, {static_cast<std::uint64_t>(me + 1), static_cast<std::uint64_t>(r + 1)}).value();
      if (!log.insert(std::to_string(t.generation), t.alone ? "alone" : "beside")) return false;
    }
    return true;
  }));
  CHECK(log.size() == processes * rounds);
  int alone = 0;
  log.scan({}, 1000, [&](std::string const&, std::string const& how) { alone += how == "alone"; });
  CHECK(alone == 1);
  CHECK(n.sequence() == first + processes * rounds);
  std::set<intent_id> pending;
  n.records({}, 9, [&](std::int64_t, zddm::intent_record const& r) { pending.insert(r.pending.begin(), r.pending.end()); });
  CHECK(pending.size() == processes * rounds);
  CHECK(n.fence(7) == first + processes * rounds + 1);
  CHECK_FALSE(n.look(7).pending);
}

TEST_CASE_FIXTURE(fixture, "sqlite store lets exactly one of several processes insert or fill a key") {
  constexpr int processes = 4, keys = 60;
  auto const seen = n.sequence();
  texts won(d, {.table = "won"});
  won.create_table();
  CHECK(test::in_processes(processes, [&](int me) {
    for (int i = 0; i < keys; ++i) {
      bool const mine = i % 2 == 0 ? n.insert(i, me) : n.fill(i, me, seen);
      if (mine && !won.insert(std::to_string(i), std::to_string(me))) return false;
    }
    return true;
  }));
  CHECK(won.size() == keys);
  for (int i = 0; i < keys; ++i) CHECK(won.get(std::to_string(i)) == std::to_string(*n.get(i)));
}

TEST_CASE_FIXTURE(fixture, "sqlite store keeps row and record together when a process is killed") {
  for (int round = 0; round < 12; ++round) {
    test::process child([&] {
      for (std::uint64_t i = 1;; ++i) {
        auto const key = static_cast<std::int64_t>(i % 10);
        auto const t = n.begin(key, {static_cast<std::uint64_t>(getpid()), i}).value();
        n.end(key, t, key * 3);
        std::vector<entry<std::int64_t, std::int64_t>> batch;
        for (std::int64_t k = 100; k < 110; ++k) batch.push_back({k, static_cast<std::int64_t>(i)});
        n.put_many(batch);
        n.put_marked(200, static_cast<std::int64_t>(i));
      }
      return true;
    });
    auto const from = n.get(200);
    while (n.get(200) == from || *n.get(200) < round) {
    }
    child.kill();
    std::set<std::int64_t> values;
    n.scan({99, 109}, 99, [&](std::int64_t, std::int64_t value) { values.insert(value); });
    CHECK(values.size() == 1);
    for (std::int64_t key = 0; key < 10; ++key) {
      auto const at = n.look(key);
      bool const whole = at.known == knowledge::present ? at.value == key * 3 && !at.pending : at.known == knowledge::unknown;
      CHECK(whole);
    }
    std::size_t in_flight = 0;
    n.records({}, 99, [&](std::int64_t key, zddm::intent_record const& r) {
      CHECK_FALSE(n.get(key));
      in_flight += r.pending.size();
    });
    CHECK(in_flight <= 1);
    for (std::int64_t key = 0; key < 10; ++key) n.fence(key);
    CHECK(n.marks({}, 9, [](std::int64_t key) { CHECK(key == 200); }) == 1);
  }
}
