// SPDX-License-Identifier: BSL-1.0
#include <zddm/sqlite/database.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/sqlite/transaction.hpp>

#include "../tools/processes.hpp"
#include "../tools/scratch.hpp"

using zddm::store_error;
using zddm::sqlite::access;
using zddm::sqlite::database;
using zddm::sqlite::transaction;

namespace {
/// Adds `rounds` to the one number in the table, each step read and written in a transaction.
void count_up(database& d, int rounds) {
  auto const get = d.statement("SELECT n FROM t"), set = d.statement("UPDATE t SET n = ?");
  for (int i = 0; i < rounds; ++i) {
    auto s = d.session();
    transaction t(s, access::write);
    auto got = s.run(get);
    got.step();
    auto put = s.run(set);
    put.bind_integer(1, got.integer(0) + 1);
    put.finish();
    t.commit();
  }
}
} // namespace

TEST_CASE("sqlite database gives the same number to the same SQL") {
  test::scratch dir;
  database d(dir / "a.db");
  auto const one = d.statement("SELECT 1");
  CHECK(d.statement("SELECT 2") != one);
  CHECK(d.statement("SELECT 1") == one);
  CHECK_FALSE(std::filesystem::exists(dir / "a.db"));
  auto s = d.session();
  auto q = s.run(one);
  CHECK(q.step());
  CHECK(std::filesystem::exists(dir / "a.db"));
}

TEST_CASE("sqlite database keeps connections for the next session, and never lends one twice") {
  test::scratch dir;
  database d(dir / "a.db");
  sqlite3* first = nullptr;
  {
    auto s = d.session();
    first = s.connection().handle();
    CHECK(d.session().connection().handle() != first);
  }
  auto a = d.session(), b = d.session();
  CHECK(a.connection().handle() != b.connection().handle());
  CHECK((a.connection().handle() == first || b.connection().handle() == first));
}

TEST_CASE("sqlite database gives up a connection that is left in a transaction") {
  test::scratch dir;
  database d(dir / "a.db");
  d.session().connection().execute("CREATE TABLE t (a)");
  d.session().connection().execute("BEGIN IMMEDIATE; INSERT INTO t VALUES (1)");
  auto s = d.session();
  CHECK(sqlite3_get_autocommit(s.connection().handle()) != 0);
  s.connection().execute("BEGIN IMMEDIATE; COMMIT");
  CHECK(s.connection().ask("SELECT count(*) FROM t") == "0");
}

TEST_CASE("sqlite database needs a file, and stays with it when the process changes its folder") {
  CHECK_THROWS_AS(database(":memory:"), store_error);
  CHECK_THROWS_AS(database(""), store_error);
  test::scratch dir;
  auto const here = std::filesystem::current_path();
  std::filesystem::current_path(dir / "");
  database d("a.db");
  std::filesystem::current_path(here);
  d.session().connection().execute("CREATE TABLE t (a)");
  CHECK(std::filesystem::exists(dir / "a.db"));
}

TEST_CASE("sqlite database lets processes with threads count without losing one") {
  test::scratch dir;
  database d(dir / "a.db", {.busy_timeout = std::chrono::seconds(60), .synchronous = zddm::sqlite::synchronous::off});
  d.session().connection().execute("CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (0)");
  CHECK(test::in_processes(3, [&](int) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) threads.emplace_back([&] { count_up(d, 50); });
    for (auto& t : threads) t.join();
    return true;
  }));
  count_up(d, 1);
  CHECK(d.session().connection().ask("SELECT n FROM t") == "301");
}

TEST_CASE("sqlite database can be made by several processes at once") {
  for (int round = 0; round < 5; ++round) {
    test::scratch dir;
    CHECK(test::in_processes(4, [&](int) {
      database d(dir / "a.db", {.busy_timeout = std::chrono::seconds(60), .synchronous = zddm::sqlite::synchronous::off});
      d.session().connection().execute("CREATE TABLE IF NOT EXISTS t (a)");
      d.session().connection().execute("INSERT INTO t VALUES (1)");
      return true;
    }));
    CHECK(database(dir / "a.db").session().connection().ask("SELECT count(*) FROM t") == "4");
  }
}

TEST_CASE("sqlite database holds its own lock in a forked child while the parent closes the file") {
  test::scratch dir;
  auto d = std::make_optional<database>(dir / "a.db");
  d->session().connection().execute("CREATE TABLE t (a)");
  int go[2], ready[2];
  REQUIRE((pipe(go) == 0 && pipe(ready) == 0));
  char c = 'x';
  test::process child([&] {
    auto s = d->session();
    s.connection().execute("INSERT INTO t VALUES (1)");
    if (write(ready[1], &c, 1) != 1 || read(go[0], &c, 1) != 1) return false;
    s.connection().execute("INSERT INTO t VALUES (2)");
    return true;
  });
  REQUIRE(read(ready[0], &c, 1) == 1);
  d->session().connection().execute("INSERT INTO t VALUES (3)");
  d.reset();
  REQUIRE(write(go[1], &c, 1) == 1);
  CHECK(child.wait() == 0);
  for (int const fd : {go[0], go[1], ready[0], ready[1]}) close(fd);
  CHECK(database(dir / "a.db").session().connection().ask("SELECT count(*) FROM t") == "3");
}

TEST_CASE("sqlite database refuses a child that was forked in the middle of a call, and the parent goes on unharmed") {
  test::scratch dir;
  database d(dir / "a.db");
  d.session().connection().execute("CREATE TABLE t (a)");
  {
    auto s = d.session();
    transaction t(s, access::write);
    s.connection().execute("INSERT INTO t VALUES (1)");
    CHECK(test::process([&] {
            try {
              d.session();
            } catch (store_error const& e) {
              return e.code() == 128 && s.connection().inherited();
            }
            return false;
          }).wait() == 0);
    t.commit();
  }
  CHECK(d.session().connection().ask("SELECT count(*) FROM t") == "1");
}
