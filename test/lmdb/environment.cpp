// SPDX-License-Identifier: BSL-1.0
#include <zddm/lmdb/environment.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <csignal>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "scratch.hpp"

namespace {
using namespace lmdb_test;
using zddm::error_class;
using zddm::lmdb::database;
using zddm::lmdb::durability;
using zddm::lmdb::environment;
using zddm::lmdb::transaction;

constexpr std::size_t tiny = std::size_t{64} << 10;

database open(environment& env, std::string const& name = "rows") {
  return env.alone([&](transaction& t) { return *zddm::lmdb::open_database(t, name, MDB_CREATE); });
}
void put(environment& env, database db, std::string const& key, std::string const& value) {
  env.write([&](transaction& t) { t.put(db, key, value); });
}
std::optional<std::string> get(environment& env, database db, std::string const& key) {
  return env.read([&](transaction const& t) { return std::optional<std::string>(t.get(db, key)); });
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

TEST_CASE("lmdb environment: a write is whole or not at all") {
  folder const where;
  environment env(where.path());
  auto const db = open(env);
  CHECK(env.write([&](transaction& t) { return t.put(db, "a", "1") ? 7 : 0; }) == 7);
  CHECK_THROWS_AS(env.write([&](transaction& t) {
    t.put(db, "a", "2");
    t.put(db, "b", "2");
    throw 7;
  }),
                  int);
  CHECK(get(env, db, "a") == "1");
  CHECK(!get(env, db, "b"));
  put(env, db, "b", "3");
  CHECK(get(env, db, "b") == "3");
}

TEST_CASE("lmdb environment: what was committed is there after closing") {
  folder const where;
  for (auto const how : {durability::every_commit, durability::last_commit, durability::none}) {
    {
      environment env(where.path(), {.durability = how});
      put(env, open(env), "how", std::to_string(static_cast<int>(how)));
      env.flush();
    }
    environment env(where.path());
    CHECK(get(env, open(env), "how") == std::to_string(static_cast<int>(how)));
  }
}

TEST_CASE("lmdb environment: a single file is the file that is named") {
  folder const where;
  environment env(where.path("deep/one.mdb"), {.single_file = true});
  put(env, open(env), "a", "1");
  CHECK(std::filesystem::is_regular_file(where.path("deep/one.mdb")));
  CHECK(code([&] { environment twice(where.path("deep/../deep/one.mdb"), {.single_file = true}); }) == 137);
}

TEST_CASE("lmdb environment: a second one of the same path is refused, and the first goes on") {
  folder const where;
  environment env(where.path());
  auto const db = open(env);
  CHECK(code([&] { environment twice(where.path()); }) == 137);
  put(env, db, "a", "1");
  CHECK(get(env, db, "a") == "1");
}

TEST_CASE("lmdb environment: what cannot be opened says so") {
  folder const where;
  std::ofstream(where.path("file")) << "x";
  CHECK(code([&] { environment env(where.path("file")); }) == 131);
  std::filesystem::create_directory(where.path("odd"));
  std::ofstream(where.path("odd") + "/data.mdb") << std::string(100'000, 'x');
  CHECK(code([&] { environment env(where.path("odd")); }) == 133);
  environment env(where.path(), {.max_databases = 1});
  open(env);
  CHECK(code([&] { open(env, "second"); }) == 131);
  CHECK(open(env) > 0);
}

TEST_CASE("lmdb environment: a thread may read inside anything, and write inside a read, but not inside a write") {
  folder const where;
  environment env(where.path());
  auto const db = open(env);
  env.read([&](transaction const& outer) {
    put(env, db, "a", "1");
    CHECK(get(env, db, "a") == "1");
    CHECK(!outer.contains(db, "a")); // its snapshot is older
    CHECK(code([&] { open(env, "other"); }) == 137);
  });
  env.write([&](transaction& t) {
    t.put(db, "b", "2");
    CHECK(!get(env, db, "b"));
    CHECK(code([&] { put(env, db, "c", "3"); }) == 137);
    CHECK(code([&] { open(env, "other"); }) == 137);
  });
  CHECK(get(env, db, "b") == "2");
  CHECK(!get(env, db, "c"));
}

TEST_CASE("lmdb environment: the map grows under several threads and nothing is lost") {
  folder const where;
  environment env(where.path(), {.initial_map = tiny, .durability = durability::none});
  auto const db = open(env);
  std::size_t const before = env.map_size();
  std::atomic<bool> wrong{false};
  std::vector<std::thread> threads;
  for (int me = 0; me < 4; ++me)
    threads.emplace_back([&, me] {
      for (int i = 0; i < 150; ++i) {
        auto const key = std::to_string(me) + "-" + std::to_string(i);
        put(env, db, key, std::string(10'000, static_cast<char>('a' + me)));
        if (get(env, db, key) != std::string(10'000, static_cast<char>('a' + me))) wrong = true;
      }
    });
  for (auto& t : threads) t.join();
  CHECK(!wrong);
  CHECK(env.map_size() > before);
  CHECK(env.read([&](transaction const& t) { return t.entries(db); }) == 600);
}

TEST_CASE("lmdb environment: one write may be larger than the map, and a void write is run again") {
  folder const where;
  environment env(where.path(), {.initial_map = tiny});
  auto const db = open(env);
  int runs = 0;
  env.write([&](transaction& t) {
    ++runs;
    for (int i = 0; i < 40; ++i) t.put(db, std::to_string(i), std::string(100'000, 'x'));
  });
  CHECK(runs > 1);
  CHECK(env.read([&](transaction const& t) { return t.entries(db); }) == 40);
}

TEST_CASE("lmdb environment: the map does not grow beyond its limit, and what is there stays usable") {
  folder const where;
  environment env(where.path(), {.initial_map = tiny, .largest_map = 8 * tiny});
  auto const db = open(env);
  put(env, db, "a", "1");
  CHECK(code([&] { put(env, db, "b", std::string(std::size_t{1} << 20, 'x')); }) == 132);
  CHECK(!get(env, db, "b"));
  CHECK(get(env, db, "a") == "1");
  put(env, db, "a", "2");
  CHECK(get(env, db, "a") == "2");
}

TEST_CASE("lmdb environment: a write that must grow the map inside a read is refused whole") {
  folder const where;
  environment env(where.path(), {.initial_map = tiny});
  auto const db = open(env);
  std::string const large(std::size_t{1} << 20, 'x');
  env.read([&](transaction const&) { CHECK(code([&] { put(env, db, "a", large); }) == 132); });
  CHECK(!get(env, db, "a"));
  put(env, db, "a", large);
  CHECK(get(env, db, "a") == large);
}

TEST_CASE("lmdb environment: too many readers is an error that passes") {
  folder const where;
  environment env(where.path(), {.max_readers = 2});
  auto const db = open(env);
  env.read([&](transaction const&) {
    env.read([&](transaction const&) {
      try {
        get(env, db, "a");
        FAIL_CHECK("a third reader found a place");
      } catch (zddm::store_error const& e) {
        CHECK(e.code() == 130);
        CHECK(e.kind() == error_class::transient);
      }
    });
  });
  CHECK(!get(env, db, "a"));
}

TEST_CASE("lmdb environment: the place of a reader that died is taken by the next who needs one") {
  folder const where;
  environment env(where.path(), {.max_readers = 2});
  auto const db = open(env);
  milestone inside;
  auto const child = spawn([&] {
    environment own(where.path());
    return own.read([&](transaction const&) {
      inside.reached();
      for (;;) ::pause();
      return 0;
    });
  });
  CHECK(inside.wait());
  env.read([&](transaction const&) {
    CHECK(code([&] { get(env, db, "a"); }) == 130);
    ::kill(child, SIGKILL);
    CHECK(outcome(child) == 1000 + SIGKILL);
    CHECK(code([&] { get(env, db, "a"); }) == 0);
  });
}

TEST_CASE("lmdb environment: a child is refused what its parent opened, and opens its own") {
  folder const where;
  environment env(where.path());
  auto const db = open(env);
  put(env, db, "a", "1");
  auto const child = env.read([&](transaction const& t) {
    auto const started = spawn([&] {
      if (code([&] { get(env, db, "a"); }) != 137) return 1;
      if (code([&] { put(env, db, "a", "2"); }) != 137) return 2;
      if (code([&] { open(env); }) != 137) return 3;
      if (code([&] { env.flush(); }) != 137) return 4;
      environment own(where.path());
      if (get(own, open(own), "a") != "1") return 5;
      put(own, open(own), "b", "2");
      return 0;
    });
    CHECK(outcome(started) == 0);
    CHECK(t.get(db, "a") == "1");
    return started;
  });
  CHECK(child > 0);
  CHECK(get(env, db, "b") == "2");
}

TEST_CASE("lmdb environment: a child that ends takes nothing of its parent's with it") {
  folder const where;
  std::optional<environment> env(std::in_place, where.path());
  auto const db = open(*env);
  put(*env, db, "a", "old");
  CHECK(get(*env, db, "a") == "old"); // so that a read lies idle as the child ends
  CHECK(in_child([&] {
          env.reset();
          return 0;
        }) == 0);
  CHECK(get(*env, db, "a") == "old");
  CHECK(code([&] { environment twice(where.path()); }) == 137);

  // A child that walks out of its parent's read leaves the parent's snapshot alone.
  ::pid_t const parent = ::getpid();
  std::string seen;
  env->read([&](transaction const& t) {
    ::pid_t const child = ::fork();
    if (child == 0) return;
    CHECK(outcome(child) == 0);
    for (int i = 0; i < 50; ++i) put(*env, db, "a", "new " + std::string(2000, 'x'));
    seen = std::string(*t.get(db, "a"));
  });
  if (::getpid() != parent) ::_exit(0);
  CHECK(seen == "old");
}

TEST_CASE("lmdb environment: two processes fill one tiny map") {
  folder const where;
  auto const fill = [&](int me) {
    environment env(where.path(), {.initial_map = tiny, .durability = durability::none});
    auto const db = open(env);
    for (int i = 0; i < 300; ++i) {
      auto const key = std::to_string(me) + "-" + std::to_string(i);
      put(env, db, key, std::string(5'000, 'x'));
      if (!get(env, db, key)) return 1;
    }
    return 0;
  };
  auto const a = spawn([&] { return fill(0); }), b = spawn([&] { return fill(1); });
  CHECK(outcome(a) == 0);
  CHECK(outcome(b) == 0);
  environment env(where.path(), {.initial_map = tiny});
  auto const db = open(env);
  CHECK(env.read([&](transaction const& t) { return t.entries(db); }) == 600);
}

TEST_CASE("lmdb environment: reads and writes follow the map another process let grow") {
  folder const where;
  environment env(where.path(), {.initial_map = tiny});
  auto const db = open(env);
  CHECK(!get(env, db, "large"));
  CHECK(in_child([&] {
          environment own(where.path(), {.initial_map = tiny});
          put(own, open(own), "large", std::string(std::size_t{4} << 20, 'x'));
          put(own, open(own), "map", std::to_string(own.map_size()));
          return 0;
        }) == 0);
  put(env, db, "small", "x");
  CHECK(std::to_string(env.map_size()) == get(env, db, "map"));
  auto const found = get(env, db, "large");
  CHECK(found.has_value());
  CHECK(found.value_or("").size() == std::size_t{4} << 20);
}

TEST_CASE("lmdb environment: the reads and the writes of a killed process are cleared away") {
  folder const where;
  environment env(where.path());
  auto const db = open(env);
  for (bool const writing : {false, true}) {
    milestone inside;
    auto const child = spawn([&] {
      environment own(where.path());
      auto const mine = open(own);
      auto const wait = [&](transaction const&) {
        inside.reached();
        for (;;) ::pause();
        return 0;
      };
      return writing ? own.write([&](transaction& t) { return t.put(mine, "half", "1"), wait(t); }) : own.read(wait);
    });
    CHECK(inside.wait());
    ::kill(child, SIGKILL);
    CHECK(outcome(child) == 1000 + SIGKILL);
    if (!writing) CHECK(env.check_readers() == 1);
    CHECK(env.check_readers() == 0);
    put(env, db, "after", writing ? "write" : "read");
    CHECK(get(env, db, "after") == (writing ? "write" : "read"));
    CHECK(!get(env, db, "half"));
  }
}

TEST_CASE("lmdb environment: nothing is written into a file that was deleted or replaced") {
  for (bool const replaced : {false, true}) {
    folder const where;
    environment env(where.path());
    auto const db = open(env);
    put(env, db, "a", "1");
    auto const file = where.path() + "/data.mdb";
    std::filesystem::copy_file(file, where.path("copy"));
    if (replaced)
      std::filesystem::rename(where.path("copy"), file);
    else
      std::filesystem::remove(file);
    CHECK(code([&] { put(env, db, "a", "2"); }) == 131);
    CHECK(code([&] { open(env, "other"); }) == 131);
    CHECK(get(env, db, "a") == "1");
  }
}

TEST_CASE("lmdb environment: a child that walks out of its parent's write neither commits nor ends it") {
  folder const where;
  environment env(where.path());
  auto const db = open(env);
  ::pid_t const parent = ::getpid();
  int refused = 0;
  try {
    env.write([&](transaction& t) {
      ::pid_t const child = ::fork();
      t.put(db, "who", child == 0 ? "child" : "parent");
      if (child != 0) CHECK(outcome(child) == 137);
    });
  } catch (zddm::store_error const& e) {
    refused = e.code();
  }
  if (::getpid() != parent) ::_exit(refused);
  CHECK(refused == 0);
  CHECK(get(env, db, "who") == "parent");
  put(env, db, "who", "parent again");
  CHECK(get(env, db, "who") == "parent again");
}

TEST_CASE("lmdb environment: pages are not given back while the map may move") {
  folder const where;
  environment env(where.path(), {.resident_map = 1});
  auto const db = open(env);
  put(env, db, "a", "1");
  std::atomic<bool> done{false};
  std::thread walker;
  env.alone([&](transaction&) {
    walker = std::thread([&] {
      env.walked(1);
      done = true;
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    CHECK_FALSE(done);
  });
  walker.join();
  CHECK(done);
  env.read([&](transaction const&) { env.walked(1); });
}

TEST_CASE("lmdb environment: where the map cannot grow, nobody who waited meanwhile touches what is gone") {
  folder const where;
  CHECK(in_child([&] {
          environment env(where.path(), {.initial_map = tiny});
          auto const db = open(env);
          put(env, db, "a", "1");
          std::string const large(std::size_t{1} << 20, 'x');
          std::atomic<int> inside{0}, late_read{0}, late_write{0}, grower{0};
          auto const later = [](int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); };
          std::thread holder([&] { env.read([&](transaction const&) { inside = 1, later(300); }); });
          while (inside == 0) std::this_thread::yield();
          std::thread grows([&] { grower = code([&] { put(env, db, "b", large); }); });
          later(100);
          std::thread reads([&] { late_read = code([&] { get(env, db, "a"); }); });
          std::thread writes([&] { late_write = code([&] { put(env, db, "a", "2"); }); });
          later(50);
          std::size_t pages = 0;
          std::ifstream("/proc/self/statm") >> pages;
          ::rlimit const no_more{pages * 4096, RLIM_INFINITY};
          ::setrlimit(RLIMIT_AS, &no_more);
          for (auto* t : {&holder, &grows, &reads, &writes}) t->join();
          return grower == 132 && late_read == 133 && late_write == 133 && code([&] { get(env, db, "a"); }) == 133 ? 0 : 1;
        }) == 0);
}
