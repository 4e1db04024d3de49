// SPDX-License-Identifier: BSL-1.0
#include <zddm/sqlite/transaction.hpp>

#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>

#include <sqlite3.h>
#include <sys/resource.h>

#include <doctest/doctest.h>

#include "../tools/processes.hpp"
#include "../tools/scratch.hpp"

using zddm::error_class;
using zddm::store_error;
using zddm::sqlite::access;
using zddm::sqlite::database;
using zddm::sqlite::transaction;

namespace {
struct fixture {
  test::scratch dir;
  database d{dir / "a.db", {.busy_timeout = std::chrono::milliseconds(100)}};
  fixture() { execute("CREATE TABLE t (a)"); }
  void execute(char const* sql) { d.session().connection().execute(sql); }
  std::string count() { return d.session().connection().ask("SELECT count(*) FROM t"); }
};

/// The shared memory of a connection's log, which neither grows nor is locked anew while `broken`.
struct shared_memory {
  static inline bool broken = false;
  static inline sqlite3_io_methods const* real = nullptr;
  static inline sqlite3_io_methods mine{};

  static void watch(zddm::sqlite::connection& c) {
    sqlite3_file* file = nullptr;
    sqlite3_file_control(c.handle(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
    real = file->pMethods;
    mine = *real;
    mine.xShmMap = [](sqlite3_file* f, int region, int size, int extend, void volatile** found) {
      return broken && region > 0 && extend != 0 ? SQLITE_IOERR_SHMSIZE : real->xShmMap(f, region, size, extend, found);
    };
    mine.xShmLock = [](sqlite3_file* f, int offset, int n, int flags) {
      bool const writes = (flags & SQLITE_SHM_LOCK) != 0 && (flags & SQLITE_SHM_EXCLUSIVE) != 0;
      return broken && writes ? SQLITE_IOERR_SHMLOCK : real->xShmLock(f, offset, n, flags);
    };
    file->pMethods = &mine;
  }
};
} // namespace

TEST_CASE_FIXTURE(fixture, "sqlite transaction applies all or nothing") {
  auto s = d.session();
  {
    transaction t(s, access::write);
    s.connection().execute("INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)");
    CHECK(count() == "0");
    t.commit();
  }
  CHECK(count() == "2");
  CHECK_THROWS_AS(
      [&] {
        transaction t(s, access::write);
        s.connection().execute("DELETE FROM t");
        throw std::runtime_error("no");
      }(),
      std::runtime_error);
  CHECK(count() == "2");
  CHECK_FALSE(s.connection().in_transaction);
  transaction again(s, access::write);
}

TEST_CASE_FIXTURE(fixture, "sqlite transaction keeps other writers out and readers in") {
  auto one = d.session(), two = d.session();
  transaction t(one, access::write);
  one.connection().execute("INSERT INTO t VALUES (1)");
  try {
    transaction u(two, access::write);
    FAIL("two writers at once");
  } catch (store_error const& e) {
    CHECK(e.kind() == error_class::transient);
  }
  CHECK(two.connection().ask("SELECT count(*) FROM t") == "0");
  t.commit();
  CHECK(two.connection().ask("SELECT count(*) FROM t") == "1");
}

TEST_CASE_FIXTURE(fixture, "sqlite transaction that reads sees one snapshot") {
  auto s = d.session();
  transaction t(s, access::read);
  CHECK(s.connection().ask("SELECT count(*) FROM t") == "0");
  execute("INSERT INTO t VALUES (1)");
  CHECK(s.connection().ask("SELECT count(*) FROM t") == "0");
  CHECK(count() == "1");
}

TEST_CASE_FIXTURE(fixture, "sqlite transaction that runs out of space applies nothing and can be repeated") {
  auto s = d.session();
  auto const pages = s.connection().ask("PRAGMA page_count");
  s.connection().execute("PRAGMA max_page_count=" + pages);
  try {
    transaction t(s, access::write);
    s.connection().execute("INSERT INTO t VALUES (zeroblob(100000))");
    t.commit();
    FAIL("no limit");
  } catch (store_error const& e) {
    CHECK(e.kind() == error_class::transient);
    CHECK(e.code() == 121);
  }
  CHECK(count() == "0");
  s.connection().execute("PRAGMA max_page_count=1000000");
  transaction t(s, access::write);
  s.connection().execute("INSERT INTO t VALUES (zeroblob(100000))");
  t.commit();
  CHECK(count() == "1");
}

TEST_CASE_FIXTURE(fixture, "sqlite transaction whose commit the disk refuses has an unknown outcome") {
  CHECK(test::process([&] {
          signal(SIGXFSZ, SIG_IGN);
          rlimit const small{65536, 65536};
          setrlimit(RLIMIT_FSIZE, &small);
          auto s = d.session();
          try {
            transaction t(s, access::write);
            s.connection().execute("INSERT INTO t VALUES (zeroblob(400000))");
            t.commit();
          } catch (store_error const& e) {
            return e.kind() == error_class::unknown_outcome;
          }
          return false;
        }).wait() == 0);
  CHECK(count() == "0");
}

TEST_CASE_FIXTURE(fixture, "sqlite transaction whose commit is in the log, but not in its index, has an unknown outcome") {
  auto s = d.session();
  auto& c = s.connection();
  shared_memory::watch(c);
  c.execute("PRAGMA cache_spill=OFF"); // so that the commit writes all of it
  transaction t(s, access::write);
  c.execute("INSERT INTO t VALUES (zeroblob(20000000))");
  shared_memory::broken = true;
  try {
    t.commit();
    FAIL_CHECK("it was committed");
  } catch (store_error const& e) {
    CHECK(e.kind() == error_class::unknown_outcome);
    CHECK(e.code() == 121);
  }
  shared_memory::broken = false;
  CHECK(count() == "0");
  // What a process finds after a crash of this one.
  for (std::string const file : {"a.db", "a.db-wal"}) std::filesystem::copy_file(dir / file, dir / ("after-" + file));
  CHECK(database(dir / "after-a.db").session().connection().ask("SELECT count(*) FROM t") == "1");
}

TEST_CASE_FIXTURE(fixture, "sqlite transaction that cannot begin applies nothing, whatever the reason") {
  auto s = d.session();
  shared_memory::watch(s.connection());
  shared_memory::broken = true;
  try {
    transaction const t(s, access::write);
    FAIL_CHECK("it was begun");
  } catch (store_error const& e) {
    CHECK(e.kind() == error_class::transient);
    CHECK(e.code() == 122);
  }
  shared_memory::broken = false;
  CHECK_FALSE(s.connection().in_transaction);
  transaction(s, access::write).commit();
}

TEST_CASE_FIXTURE(fixture, "sqlite transaction does not write into a file that was taken away") {
  auto s = d.session();
  std::filesystem::rename(dir / "a.db", dir / "b.db");
  try {
    transaction const t(s, access::write);
    FAIL_CHECK("it was begun");
  } catch (store_error const& e) {
    CHECK(e.kind() == error_class::permanent);
    CHECK(e.code() == 123);
    CHECK(std::string(e.what()).find("moved, deleted or replaced") != std::string::npos);
  }
  std::filesystem::rename(dir / "b.db", dir / "a.db");
  transaction t(s, access::write);
  s.connection().execute("INSERT INTO t VALUES (1)");
  t.commit();
  CHECK(count() == "1");
}

TEST_CASE_FIXTURE(fixture, "sqlite transaction of a killed process leaves no trace and no lock") {
  for (int round = 0; round < 3; ++round) {
    int ready[2];
    REQUIRE(pipe(ready) == 0);
    test::process child([&] {
      auto s = d.session();
      transaction t(s, access::write);
      s.connection().execute("INSERT INTO t VALUES (1)");
      char const c = 'x';
      if (write(ready[1], &c, 1) != 1) return false;
      for (;;) pause();
    });
    char c = 0;
    REQUIRE(read(ready[0], &c, 1) == 1);
    child.kill();
    close(ready[0]);
    close(ready[1]);
    CHECK(count() == "0");
    execute("BEGIN IMMEDIATE; COMMIT");
  }
}

TEST_CASE_FIXTURE(fixture, "sqlite transaction that waits for its own thread fails as transient, and the turn goes on") {
  auto one = d.session(), two = d.session();
  {
    transaction t(one, access::write);
    try {
      transaction u(two, access::write);
      FAIL("two writers at once");
    } catch (store_error const& e) {
      CHECK(e.kind() == error_class::transient);
      CHECK(e.code() == 120);
    }
    CHECK(d.session().connection().ask("SELECT count(*) FROM t") == "0");
  }
  transaction t(two, access::write);
  two.connection().execute("INSERT INTO t VALUES (1)");
  t.commit();
  transaction(one, access::write).commit();
  CHECK(count() == "1");
}

TEST_CASE_FIXTURE(fixture, "sqlite transaction that cannot begin lets the next one in") {
  database other(dir / "a.db");
  auto s = d.session(), holder = other.session();
  holder.connection().execute("BEGIN IMMEDIATE");
  for (int i = 0; i < 2; ++i) CHECK_THROWS_AS(transaction(s, access::write), store_error);
  holder.connection().execute("COMMIT");
  transaction(s, access::write).commit();
  CHECK(s.connection().waited == std::chrono::steady_clock::duration::zero());
}
