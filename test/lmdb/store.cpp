// SPDX-License-Identifier: BSL-1.0
#include <zddm/lmdb/store.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <vector>

#include <csignal>
#include <unistd.h>

#include <doctest/doctest.h>

#include <zddm/testing/laws/store.hpp>

#include "scratch.hpp"
#include "tools/resident.hpp"

namespace {
using namespace lmdb_test;
using zddm::knowledge;
using zddm::lmdb::durability;
using zddm::lmdb::environment;
using store = zddm::lmdb::store<std::string, std::string>;
using maybe = std::optional<std::string>;

static_assert(zddm::store<store> && zddm::lending_store<store> && zddm::insertable_store<store> && zddm::updatable_store<store>);
static_assert(zddm::versioned_store<store> && zddm::conditional_store<store> && zddm::intent_store<store>);
static_assert(zddm::journaling_store<store> && zddm::scannable_store<store> && zddm::batch_store<store>);

/// A store in an environment of its own, with records; the map is small enough to grow on the way.
struct own_environment {
  folder where;
  environment env{where.path(), {.initial_map = std::size_t{64} << 10, .durability = durability::none}};
};
template <class Store> struct fresh : private own_environment, Store {
  explicit fresh(std::string const& name) : Store(env, name) { this->create_records(); }
};

/// Keys and values as another application might write them: backwards, and behind a length.
struct odd_codec {
  static std::string key_bytes(std::string const& key) { return "k" + key; }
  static std::string key_from(std::string_view bytes) { return std::string(bytes.substr(1)); }
  static std::string value_bytes(std::string const& value) { return {value.rbegin(), value.rend()}; }
  static std::string value_from(std::string_view bytes) { return {bytes.rbegin(), bytes.rend()}; }
};

/// All of a database as plain LMDB calls find it.
std::map<std::string, std::string> plain(std::string const& path, char const* name) {
  std::map<std::string, std::string> all;
  MDB_env* env = nullptr;
  REQUIRE(mdb_env_create(&env) == 0);
  mdb_env_set_maxdbs(env, 8);
  REQUIRE(mdb_env_open(env, path.c_str(), MDB_NOTLS, 0644) == 0);
  MDB_txn* txn = nullptr;
  REQUIRE(mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn) == 0);
  MDB_dbi db = 0;
  if (mdb_dbi_open(txn, name, 0, &db) == 0) {
    MDB_cursor* at = nullptr;
    mdb_cursor_open(txn, db, &at);
    MDB_val k{}, v{};
    while (mdb_cursor_get(at, &k, &v, MDB_NEXT) == 0)
      all.emplace(zddm::lmdb::transaction::view(k), zddm::lmdb::transaction::view(v));
    mdb_cursor_close(at);
  }
  mdb_txn_abort(txn);
  mdb_env_close(env);
  return all;
}

void write_plain(std::string const& path, char const* name, std::map<std::string, std::string> const& rows) {
  std::filesystem::create_directories(path);
  MDB_env* env = nullptr;
  REQUIRE(mdb_env_create(&env) == 0);
  mdb_env_set_maxdbs(env, 8);
  REQUIRE(mdb_env_open(env, path.c_str(), 0, 0644) == 0);
  MDB_txn* txn = nullptr;
  REQUIRE(mdb_txn_begin(env, nullptr, 0, &txn) == 0);
  MDB_dbi db = 0;
  REQUIRE(mdb_dbi_open(txn, name, MDB_CREATE, &db) == 0);
  for (auto const& [key, value] : rows) {
    MDB_val k = zddm::lmdb::transaction::val(key), v = zddm::lmdb::transaction::val(value);
    REQUIRE(mdb_put(txn, db, &k, &v, 0) == 0);
  }
  REQUIRE(mdb_txn_commit(txn) == 0);
  mdb_env_close(env);
}

template <class F> int code(F f) {
  try {
    f();
  } catch (zddm::store_error const& e) {
    return e.code();
  }
  return 0;
}
} // namespace

TEST_CASE("lmdb store: keeps the laws of every capability") {
  auto const fail = [](std::string_view law) { FAIL_CHECK(law); };
  zddm::testing::laws::store([] { return fresh<store>("rows"); }, fail);
  zddm::testing::laws::store([] { return fresh<store>(""); }, fail);
  zddm::testing::laws::store([] { return fresh<zddm::lmdb::store<std::int32_t, double>>("numbers"); }, fail);
  zddm::testing::laws::store([] { return fresh<zddm::lmdb::store<std::string, std::string, odd_codec>>("odd"); }, fail);
}

TEST_CASE("lmdb store: what a loss of power may take away follows from the durability of the environment") {
  using zddm::lmdb::durability;
  auto const risk = [](durability d) {
    folder const where;
    environment env(where.path(), {.durability = d});
    return store(env, "rows").at_risk();
  };
  CHECK(risk(durability::every_commit).empty());
  CHECK(risk(durability::last_commit) == "the last commit");
  CHECK(risk(durability::none) == "the environment");
}

TEST_CASE("lmdb store: text is lent from the map, without a copy") {
  folder const where;
  environment env(where.path());
  store s(env, "rows");
  s.put("k", "value");
  CHECK(s.visit("k", [&](auto const& lent) {
    static_assert(std::is_same_v<decltype(lent), std::string_view const&>);
    s.visit("k", [&](std::string_view again) { CHECK(lent.data() == again.data()); });
  }));
}

TEST_CASE("lmdb store: keys that do not fit are refused by every member, and nothing is changed") {
  folder const where;
  environment env(where.path());
  store s(env, "rows");
  s.create_records();
  auto const before = s.sequence();
  for (std::string const& key : {std::string(), std::string(512, 'k')}) {
    CHECK(code([&] { s.put(key, "v"); }) == 135);
    CHECK(code([&] { s.get(key); }) == 135);
    CHECK(code([&] { s.erase(key); }) == 135);
    CHECK(code([&] { s.look(key); }) == 135);
    CHECK(code([&] { s.begin(key, {1, 1}); }) == 135);
    CHECK(code([&] { s.put_many(std::vector<zddm::entry<std::string, std::string>>{{"a", "1"}, {key, "2"}}); }) == 135);
  }
  CHECK(s.size() == 0);
  CHECK(s.sequence() == before);
}

TEST_CASE("lmdb store: a row that is there is found without records, and without them a missing one is an error") {
  folder const where;
  environment env(where.path());
  store s(env, "rows");
  s.put("k", "v");
  CHECK(s.look("k").value == "v");
  CHECK(code([&] { s.look("other"); }) == 136);
  CHECK(code([&] { s.begin("k", {1, 1}); }) == 136);
  CHECK(code([&] { s.put_next("k", "w", 1); }) == 136);
  CHECK(s.get("k") == "v");
}

TEST_CASE("lmdb store: a damaged record is an error that a fence or an assignment mends") {
  folder const where;
  environment env(where.path());
  store s(env, "rows");
  s.create_records();
  auto const damage = [&] {
    auto const intents = env.sides("rows").intents;
    env.write([&](zddm::lmdb::transaction& t) { t.put(intents, "k", "damaged"); });
  };
  damage();
  CHECK(code([&] { s.look("k"); }) == 111);
  CHECK(code([&] { s.begin("k", {1, 1}); }) == 111);
  s.records({}, 9, [](std::string const& k, zddm::intent_record const& r) {
    CHECK(k == "k");
    CHECK(r == zddm::intent_record{});
  });
  CHECK(s.fill("k", "healed", s.fence("k")));
  CHECK(s.look("k").value == "healed");
  damage();
  s.assign("k", std::nullopt);
  CHECK(s.look("k").known == knowledge::absent);
  damage();
  s.assign("k", "v");
  CHECK(s.records({}, 9, [](auto const&, auto const&) {}) == 0);
}

TEST_CASE("lmdb store: a function that throws, or calls the store, changes nothing") {
  folder const where;
  environment env(where.path());
  store s(env, "rows");
  s.put("k", "v");
  CHECK(code([&] {
          s.update("k", [&](maybe const&) {
            s.put("k", "inner");
            return maybe("outer");
          });
        }) == 137);
  CHECK(s.get("k") == "v");
}

TEST_CASE("lmdb store: lies over rows that plain calls wrote, and leaves them as such calls would") {
  folder const where;
  std::map<std::string, std::string> rows;
  for (int i = 0; i < 300; ++i) rows["row " + std::to_string(i)] = std::string(static_cast<std::size_t>(i), '\0') + "\xff";
  write_plain(where.path(), "people", rows);
  {
    environment env(where.path());
    store s(env, "people");
    CHECK(s.size() == rows.size());
    CHECK(s.get("row 7") == rows["row 7"]);
    s.create_records();
    s.end("row 1", s.begin("row 1", {1, 1}).value(), "changed");
    s.end("row 2", s.begin("row 2", {1, 2}).value(), std::nullopt);
    s.begin("row 3", {1, 3});
    s.put_marked("row 4", "marked");
    s.put_next("row 5", "versioned", 1);
    s.fill("new", "filled", s.look("new").seen);
  }
  rows["row 1"] = "changed";
  rows.erase("row 2");
  rows.erase("row 3");
  rows["row 4"] = "marked";
  rows["row 5"] = "versioned";
  rows["new"] = "filled";
  CHECK(plain(where.path(), "people") == rows);
  CHECK(plain(where.path(), nullptr).size() == 5);
  {
    environment env(where.path());
    store s(env, "people");
    CHECK(s.look("row 3").pending);
    s.drop_records();
  }
  CHECK(plain(where.path(), "people") == rows);
  CHECK(plain(where.path(), nullptr).size() == 1);
}

TEST_CASE("lmdb store: a fill that looked before the records were dropped is refused after they were made anew") {
  folder const where;
  environment env(where.path());
  store s(env, "rows");
  s.create_records();
  for (int i = 0; i < 5; ++i) s.fence("other");
  auto const seen = s.look("k").seen;
  s.drop_records();
  s.create_records();
  s.release("k", *s.begin("k", {1, 1}));
  CHECK_FALSE(s.fill("k", "old", seen));
  CHECK(s.fill_many(std::vector<zddm::entry<std::string, std::string>>{{"k", "old"}}, seen) == 0);
  CHECK_FALSE(s.get("k"));
  CHECK(s.fill("k", "new", s.look("k").seen));
}

TEST_CASE("lmdb store: lies over the main database, and hides its own there") {
  folder const where;
  std::map<std::string, std::string> const rows{{"a", "1"}, {".zddn", "2"}, {".zdd", "3"}};
  write_plain(where.path(), nullptr, rows);
  {
    environment env(where.path());
    store s(env);
    s.create_records();
    CHECK(s.size() == 3);
    std::map<std::string, std::string> seen;
    s.scan({}, 10, [&](std::string const& k, std::string const& v) { seen[k] = v; });
    CHECK(seen == rows);
    CHECK(code([&] { s.put(".zddm.intents", "x"); }) == 135);
    s.drop_records();
  }
  CHECK(plain(where.path(), nullptr) == rows);
}

TEST_CASE("lmdb store: a database ordered in another way is walked in its own order") {
  folder const where;
  {
    environment env(where.path());
    env.alone([](zddm::lmdb::transaction& t) { zddm::lmdb::open_database(t, "rows", MDB_CREATE | MDB_REVERSEKEY); });
  }
  environment env(where.path());
  store s(env, "rows");
  s.create_records();
  for (auto const* key : {"ac", "ab", "ba", "ca"}) s.begin(key, {1, 1});
  for (auto const* key : {"ac", "ab", "ba", "ca"}) s.put(key, "v");
  std::string rows, records;
  s.scan({"ba", "ab"}, 9, [&](auto const& k, auto const&) { rows += k + " "; });
  s.records({}, 9, [&](auto const& k, auto const&) { records += k + " "; });
  CHECK(rows == "ca ab ");
  CHECK(records == "ba ca ab ac ");
}

TEST_CASE("lmdb store: what walks and fills leave mapped does not grow with the rows") {
  folder const where;
  constexpr std::size_t bound = std::size_t{1} << 20, rows = 60'000;
  auto const largest_after = [&](std::size_t resident_map) {
    std::filesystem::remove_all(where.path("many"));
    environment env(where.path("many"), {.durability = durability::none, .resident_map = resident_map});
    store s(env, "rows");
    s.create_records();
    std::size_t largest = 0;
    auto const look = [&] { largest = std::max(largest, test::resident(where.path("many") + "/data.mdb")); };
    std::vector<zddm::entry<std::string, std::string>> page;
    for (std::size_t i = 0; i < rows; ++i) {
      page.push_back({std::to_string(1'000'000 + i), std::string(200, 'v')});
      if (page.size() < 1000) continue;
      REQUIRE(s.fill_many(page, s.sequence()) == page.size());
      page.clear();
      look();
    }
    std::optional<std::string> last;
    for (std::size_t seen = 1000; seen == 1000; look())
      seen = s.scan({last, {}}, 1000, [&](std::string&& k, std::string&&) { last = std::move(k); });
    s.digest({}, rows);
    look();
    s.split_points(10);
    look();
    return largest;
  };
  CHECK(largest_after(bound) < 4 * bound);
  CHECK(largest_after(std::size_t{1} << 30) > 10 * bound); // else there was nothing to bound
}

TEST_CASE("lmdb store: processes and threads that write, erase and fill agree with what Old holds") {
  folder const where;
  constexpr int keys = 40, rounds = 120;
  auto const key = [](int i) { return "key " + std::to_string(i % keys); };
  auto const quick = zddm::lmdb::options{.initial_map = std::size_t{64} << 10, .durability = durability::none};
  auto const work = [&](std::uint64_t process) {
    environment old_env(where.path("old"), quick), new_env(where.path("new"), quick);
    store old_store(old_env, "rows"), new_store(new_env, "rows");
    std::atomic<std::uint64_t> operation{0};
    std::atomic<bool> failed{false};
    std::vector<std::thread> threads;
    for (int me = 0; me < 4; ++me)
      threads.emplace_back([&, me] {
        try {
          for (int i = 0; i < rounds; ++i) {
            auto const k = key(i + static_cast<int>(process) * 3);
            if (me < 2) {
              maybe const value =
                  (i + me) % 4 ? maybe(std::to_string(process) + std::to_string(me) + std::to_string(i)) : maybe();
              auto const t = new_store.begin(k, {process, ++operation}).value();
              value ? old_store.put(k, *value) : old_store.erase(k);
              new_store.end(k, t, value);
            } else if (auto const seen = new_store.look(k); seen.known == knowledge::unknown) {
              auto const value = old_store.get(k);
              if (!seen.pending) new_store.fill(k, value, seen.seen);
            }
          }
        } catch (...) {
          failed = true;
        }
      });
    for (auto& t : threads) t.join();
    return failed ? 1 : 0;
  };
  {
    environment env(where.path("new"), quick);
    store(env, "rows").create_records();
  }
  auto const a = spawn([&] { return work(1); }), b = spawn([&] { return work(2); });
  CHECK(outcome(a) == 0);
  CHECK(outcome(b) == 0);

  environment old_env(where.path("old"), quick), new_env(where.path("new"), quick);
  store old_store(old_env, "rows"), new_store(new_env, "rows");
  int known = 0;
  for (int i = 0; i < keys; ++i) {
    auto const seen = new_store.look(key(i));
    CHECK(!seen.pending);
    if (seen.known == knowledge::unknown) continue;
    ++known;
    CHECK(seen.value == old_store.get(key(i)));
  }
  CHECK(known > 0);
}

TEST_CASE("lmdb store: a process killed at any instant leaves no value but Old's, and no key that cannot be healed") {
  folder const where;
  constexpr int keys = 8;
  auto const key = [](int i) { return "key " + std::to_string(i % keys); };
  auto const quick = zddm::lmdb::options{.durability = durability::none};
  {
    environment env(where.path("new"), quick);
    store(env, "rows").create_records();
  }
  std::uint64_t sequence = 0;
  int abandoned = 0;
  for (std::uint64_t round = 1; round <= 30; ++round) {
    milestone started;
    auto const child = spawn([&] {
      environment old_env(where.path("old"), quick), new_env(where.path("new"), quick);
      store old_store(old_env, "rows"), new_store(new_env, "rows");
      for (int i = 0;; ++i) {
        maybe const value = i % 3 ? maybe(std::to_string(round) + "." + std::to_string(i)) : maybe();
        auto const t = new_store.begin(key(i), {round, static_cast<std::uint64_t>(i)}).value();
        value ? old_store.put(key(i), *value) : old_store.erase(key(i));
        new_store.end(key(i), t, value);
        if (i == 0) started.reached();
      }
      return 0;
    });
    CHECK(started.wait());
    std::this_thread::sleep_for(std::chrono::microseconds(617 * round));
    ::kill(child, SIGKILL);
    CHECK(outcome(child) == 1000 + SIGKILL);

    environment old_env(where.path("old"), quick), new_env(where.path("new"), quick);
    store old_store(old_env, "rows"), new_store(new_env, "rows");
    CHECK(new_store.sequence() >= sequence);
    sequence = new_store.sequence();
    for (int i = 0; i < keys; ++i) {
      auto const seen = new_store.look(key(i));
      if (seen.known != knowledge::unknown) {
        CHECK(seen.value == old_store.get(key(i)));
        continue;
      }
      abandoned += seen.pending;
      auto const fenced = new_store.fence(key(i));
      CHECK(new_store.fill(key(i), old_store.get(key(i)), fenced));
    }
    std::size_t in_flight = 0;
    new_store.records({}, 100, [&](auto const&, zddm::intent_record const& r) { in_flight += r.pending.size(); });
    CHECK(in_flight == 0);
  }
  CHECK(abandoned > 0);
}

TEST_CASE("lmdb store: marks outlive a process that is killed") {
  folder const where;
  auto const child = spawn([&] {
    environment env(where.path());
    store s(env, "rows");
    s.create_records();
    s.put_marked("a", "1");
    s.erase_marked("b");
    ::kill(::getpid(), SIGKILL);
    return 0;
  });
  CHECK(outcome(child) == 1000 + SIGKILL);
  environment env(where.path());
  store s(env, "rows");
  std::string marked;
  s.marks({}, 9, [&](std::string const& k) { marked += k; });
  CHECK(marked == "ab");
  CHECK(s.get("a") == "1");
}
