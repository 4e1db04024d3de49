// SPDX-License-Identifier: BSL-1.0
#include <zddm/sqlite/connection.hpp>

#include <chrono>
#include <filesystem>
#include <string>

#include <sys/resource.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "../tools/scratch.hpp"

using zddm::error_class;
using zddm::store_error;
using zddm::sqlite::connection;
using zddm::sqlite::options;

namespace {
template <class F> int code_of(F f) {
  try {
    f();
  } catch (store_error const& e) {
    CHECK(e.kind() == error_class::permanent);
    return e.code();
  }
  return 0;
}
} // namespace

TEST_CASE("sqlite connection makes the file, runs SQL and asks") {
  test::scratch dir;
  connection c(dir / "a.db", {});
  c.execute("CREATE TABLE t (a); INSERT INTO t VALUES (7), (8)");
  CHECK(c.ask("SELECT count(*) FROM t") == "2");
  CHECK(c.ask("SELECT a FROM t WHERE a = 9") == "");
  CHECK(c.path() == dir / "a.db");
  CHECK_FALSE(c.inherited());
}

TEST_CASE("sqlite connection prepares a slot once") {
  test::scratch dir;
  connection c(dir / "a.db", {});
  CHECK(c.prepared(5) == nullptr);
  auto* const one = c.prepared(5, "SELECT 1");
  CHECK(c.prepared(5) == one);
  CHECK(c.prepared(5, "SELECT 1") == one);
  CHECK(c.prepared(4) == nullptr);
}

TEST_CASE("sqlite connection refuses what is no database, damaged, in UTF-16 or not to be reached") {
  test::scratch dir;
  test::write_file(dir / "text.db", "this is a letter to my aunt, and certainly long enough to be looked at closely, dear aunt");
  CHECK(code_of([&] { connection(dir / "text.db", options{}); }) == 124);
  CHECK(test::read_file(dir / "text.db").starts_with("this is a letter"));
  CHECK(code_of([&] { connection(dir / "no/such/folder.db", options{}); }) == 123);
  {
    connection c(dir / "wide.db", {.write_ahead_log = false});
    c.execute("PRAGMA encoding='UTF-16'; CREATE TABLE t (a)");
  }
  CHECK(code_of([&] { connection(dir / "wide.db", options{}); }) == 126);
  CHECK(connection(dir / "a.db", options{}).ask("PRAGMA encoding") == "UTF-8");
}

TEST_CASE("sqlite connection waits for a lock as long as asked and then says that nothing was applied") {
  test::scratch dir;
  connection one(dir / "a.db", {});
  one.execute("CREATE TABLE t (a); BEGIN IMMEDIATE");
  connection two(dir / "a.db", {.busy_timeout = std::chrono::milliseconds(30)});
  auto const start = std::chrono::steady_clock::now();
  try {
    two.execute("INSERT INTO t VALUES (1)");
    FAIL("the lock was not respected");
  } catch (store_error const& e) {
    CHECK(e.kind() == error_class::transient);
    CHECK(e.code() == 120);
  }
  CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(30));
  one.execute("COMMIT");
  two.execute("INSERT INTO t VALUES (1)");
  CHECK(one.ask("SELECT count(*) FROM t") == "1");
}

TEST_CASE("sqlite connection for which there is no file handle is not to be had now, and later it is") {
  test::scratch dir;
  connection(dir / "a.db", {}).execute("CREATE TABLE t (a)");
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  int const next = dup(STDIN_FILENO);
  close(next);
  // For none of the three files, for the first, and for two of them.
  for (int const handles : {0, 1, 2}) {
    rlimit const few{static_cast<rlim_t>(next + handles), before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &few);
    try {
      connection(dir / "a.db", {}).ask("SELECT count(*) FROM t");
      FAIL_CHECK("it was opened");
    } catch (store_error const& e) {
      CHECK(e.kind() == error_class::transient);
      CHECK(e.code() == 121);
    }
    setrlimit(RLIMIT_NOFILE, &before);
    CHECK(connection(dir / "a.db", {}).ask("SELECT count(*) FROM t") == "0");
  }
}

TEST_CASE("sqlite connection notices that its file was moved, deleted or replaced") {
  test::scratch dir;
  for (bool const log : {true, false}) {
    connection c(dir / "a.db", {.write_ahead_log = log});
    c.execute("CREATE TABLE t (a)");
    CHECK_NOTHROW(c.confirm_place());
    std::filesystem::rename(dir / "a.db", dir / "b.db");
    CHECK(code_of([&] { c.confirm_place(); }) == 123);
    test::write_file(dir / "a.db", "");
    CHECK(code_of([&] { c.confirm_place(); }) == 123);
    std::filesystem::rename(dir / "b.db", dir / "a.db");
    CHECK_NOTHROW(c.confirm_place());
    for (std::string const file : {"a.db", "a.db-wal", "a.db-shm"}) std::filesystem::remove(dir / file);
  }
}
