// SPDX-License-Identifier: BSL-1.0
#include <zddm/sqlite/fail.hpp>

#include <cerrno>
#include <string>

#include <doctest/doctest.h>

using zddm::error_class;
using zddm::store_error;

namespace {
store_error raised(int result, bool committing = false, std::string_view words = {}) {
  try {
    zddm::sqlite::fail(result, committing, "/data/a.db", words);
  } catch (store_error const& e) {
    return e;
  }
}
} // namespace

TEST_CASE("sqlite fail sorts what can be repeated from what cannot") {
  for (int const result : {SQLITE_BUSY, SQLITE_BUSY_SNAPSHOT, SQLITE_LOCKED, SQLITE_FULL, SQLITE_INTERRUPT})
    CHECK(raised(result, true).kind() == error_class::transient);
  CHECK(raised(SQLITE_NOMEM).kind() == error_class::transient);
  for (int const result : {SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_MISUSE, SQLITE_ERROR,
                           SQLITE_CONSTRAINT_UNIQUE, SQLITE_TOOBIG, SQLITE_MISMATCH})
    CHECK(raised(result, true).kind() == error_class::permanent);
}

TEST_CASE("sqlite fail knows that a commit may have reached the disk although the disk failed") {
  for (int const result : {SQLITE_IOERR_FSYNC, SQLITE_IOERR_SHMSIZE, SQLITE_NOMEM})
    CHECK(raised(result, true).kind() == error_class::unknown_outcome);
  CHECK(raised(SQLITE_IOERR_READ, false).kind() == error_class::transient);
  CHECK(std::string(raised(SQLITE_IOERR_FSYNC, true).what()).find("may have been applied") != std::string::npos);
}

TEST_CASE("sqlite fail tells a full disk from a broken one") {
  CHECK(raised(SQLITE_IOERR_SHMSIZE).kind() == error_class::transient);
  for (int const result : {SQLITE_FULL, SQLITE_IOERR_SHMSIZE}) {
    CHECK(raised(result, true).code() == 121);
    CHECK(std::string(raised(result, true).what()).find("has no space left") != std::string::npos);
  }
  CHECK(raised(SQLITE_IOERR_WRITE).code() == 122);
}

TEST_CASE("sqlite fail tells why a file could not be opened or written") {
  auto const opening = [](int system) {
    try {
      zddm::sqlite::fail(SQLITE_CANTOPEN, true, "/data/a.db", "", system);
    } catch (store_error const& e) {
      return e;
    }
  };
  for (int const system : {EMFILE, ENFILE, ENOSPC, EDQUOT}) {
    CHECK(opening(system).kind() == error_class::transient);
    CHECK(opening(system).code() == 121);
  }
  CHECK(opening(ENOENT).kind() == error_class::permanent);
  CHECK(opening(ENOENT).code() == 123);
  CHECK(raised(SQLITE_READONLY_DBMOVED).code() == 123);
  CHECK(std::string(raised(SQLITE_READONLY_DBMOVED).what()).find("deleted or replaced") != std::string::npos);
  CHECK(std::string(raised(SQLITE_READONLY).what()).find("permissions") != std::string::npos);
}

TEST_CASE("sqlite fail says what, where and what next, and quotes nothing that may be a value") {
  std::string const busy = raised(SQLITE_BUSY).what();
  CHECK(busy.starts_with("ZD-120: SQLite database /data/a.db stayed locked"));
  CHECK(busy.find("nothing was applied") != std::string::npos);
  CHECK(busy.find("busy_timeout") != std::string::npos);
  CHECK(std::string(raised(SQLITE_ERROR, false, "no such table: people").what()).find("no such table: people") !=
        std::string::npos);
  CHECK(std::string(raised(SQLITE_CONSTRAINT_TRIGGER, false, "secret").what()).find("secret") == std::string::npos);
}
