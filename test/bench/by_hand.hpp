// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <lmdb.h>
#include <sqlite3.h>

#include <zddm/core/intent_bytes.hpp>

#include "bench/rows.hpp"

/// What a careful programmer would write for exactly one pair of stores and one shape, against the bare libraries: one
/// statement that streams Old, nothing copied on the way, a commit each batch, insert-if-absent, and New's fence heeded.
/// It cannot be stopped, resumed, throttled or watched.
namespace bench::by_hand {

inline void check(int result, int wanted = 0) {
  if (result != wanted) throw std::runtime_error("the hand-written loop failed with " + std::to_string(result));
}

inline std::string_view view(MDB_val const& v) { return {static_cast<char const*>(v.mv_data), v.mv_size}; }

class statement {
public:
  statement(sqlite3* db, std::string const& sql) { check(sqlite3_prepare_v3(db, sql.c_str(), -1, 1, &s_, nullptr)); }
  statement(statement const&) = delete;
  statement& operator=(statement const&) = delete;
  ~statement() { sqlite3_finalize(s_); }
  operator sqlite3_stmt*() const { return s_; }

  bool step() {
    int const result = sqlite3_step(s_);
    if (result == SQLITE_ROW) return true;
    check(result, SQLITE_DONE);
    return false;
  }
  /// Steps to the end, ready for the next time.
  void finish() {
    while (step()) {
    }
    sqlite3_reset(s_);
  }
  MDB_val text(int column) const {
    auto* const bytes = const_cast<unsigned char*>(sqlite3_column_text(s_, column));
    return {static_cast<std::size_t>(sqlite3_column_bytes(s_, column)), bytes};
  }
  void bind(int at, MDB_val const& text) {
    check(sqlite3_bind_text(s_, at, static_cast<char const*>(text.mv_data), static_cast<int>(text.mv_size), SQLITE_STATIC));
  }

private:
  sqlite3_stmt* s_ = nullptr;
};

class database {
public:
  database(std::string const& path, bool durable) {
    check(sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr));
    run(durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=OFF");
  }
  database(database const&) = delete;
  database& operator=(database const&) = delete;
  ~database() { sqlite3_close(db_); }
  operator sqlite3*() const { return db_; }
  void run(char const* sql) { check(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr)); }

private:
  sqlite3* db_ = nullptr;
};

inline constexpr char const* every_row = "SELECT key, value FROM rows ORDER BY key";

/// The rows that New took.
inline std::uint64_t sqlite_to_sqlite(std::string const& from, std::string const& to, std::size_t batch, bool durable = false) {
  database old_db(from, durable), new_db(to, durable);
  statement fence(new_db, "SELECT sequence, floor FROM rows_zddm_meta");
  check(sqlite3_step(fence), SQLITE_ROW);
  auto const seen = sqlite3_column_int64(fence, 0);
  sqlite3_reset(fence);
  statement read(old_db, every_row);
  statement any(new_db, "SELECT EXISTS (SELECT 1 FROM rows_zddm_intents)");
  statement record(new_db, "SELECT record FROM rows_zddm_intents WHERE k1 = ?1");
  statement begin(new_db, "BEGIN IMMEDIATE"), commit(new_db, "COMMIT");
  statement put(new_db, "INSERT INTO rows VALUES (?1, ?2) ON CONFLICT (key) DO NOTHING");
  std::uint64_t taken = 0;
  for (bool more = true; more;) {
    begin.finish();
    check(sqlite3_step(fence), SQLITE_ROW);
    auto const floor = sqlite3_column_int64(fence, 1);
    sqlite3_reset(fence);
    if (seen < floor) throw std::runtime_error("New was cleared");
    check(sqlite3_step(any), SQLITE_ROW);
    bool const records = sqlite3_column_int(any, 0) != 0;
    sqlite3_reset(any);
    for (std::size_t n = 0; n < batch && (more = read.step()); ++n) {
      auto const key = read.text(0);
      if (records) {
        record.bind(1, key);
        bool const admitted =
            !record.step() || zddm::intent_record_from(view(record.text(0)))
                                  .admits_fill(static_cast<std::uint64_t>(seen), static_cast<std::uint64_t>(floor));
        sqlite3_reset(record);
        if (!admitted) continue;
      }
      put.bind(1, key);
      put.bind(2, read.text(1));
      check(sqlite3_step(put), SQLITE_DONE);
      sqlite3_reset(put);
      taken += static_cast<std::uint64_t>(sqlite3_changes(new_db));
    }
    commit.finish();
  }
  return taken;
}

class environment {
public:
  environment(std::string const& path, zddm::lmdb::options const& o) {
    check(mdb_env_create(&env_));
    check(mdb_env_set_maxdbs(env_, 8));
    check(mdb_env_set_mapsize(env_, o.initial_map));
    check(mdb_env_open(env_, path.c_str(), o.durability == zddm::lmdb::durability::none ? MDB_NOSYNC : 0, 0644));
  }
  environment(environment const&) = delete;
  environment& operator=(environment const&) = delete;
  ~environment() { mdb_env_close(env_); }
  operator MDB_env*() const { return env_; }

private:
  MDB_env* env_ = nullptr;
};

class transaction {
public:
  explicit transaction(MDB_env* env, unsigned flags = 0) { check(mdb_txn_begin(env, nullptr, flags, &txn_)); }
  transaction(transaction const&) = delete;
  transaction& operator=(transaction const&) = delete;
  ~transaction() { mdb_txn_abort(txn_); }
  operator MDB_txn*() const { return txn_; }
  void commit() { check(mdb_txn_commit(std::exchange(txn_, nullptr))); }
  MDB_dbi open(char const* name) {
    MDB_dbi db = 0;
    check(mdb_dbi_open(txn_, name, 0, &db));
    return db;
  }

private:
  MDB_txn* txn_ = nullptr;
};

inline std::uint64_t sqlite_to_lmdb(std::string const& from, std::string const& to, std::size_t batch,
                                    zddm::lmdb::options const& options) {
  database old_db(from, true);
  environment env(to, options);
  MDB_dbi rows = 0, intents = 0, meta = 0;
  MDB_val const counters{8, const_cast<char*>("counters")};
  std::uint64_t seen = 0;
  {
    transaction t(env);
    rows = t.open("rows");
    intents = t.open("rows.zddm.intents");
    meta = t.open("rows.zddm.meta");
    MDB_val k = counters, v{};
    check(mdb_get(t, meta, &k, &v));
    seen = zddm::detail::read_u64(view(v), 0);
    t.commit();
  }
  statement read(old_db, every_row);
  std::uint64_t taken = 0;
  for (bool more = true; more;) {
    transaction t(env);
    MDB_val k = counters, v{};
    check(mdb_get(t, meta, &k, &v));
    auto const floor = zddm::detail::read_u64(view(v), 8);
    if (seen < floor) throw std::runtime_error("New was cleared");
    MDB_stat s{};
    check(mdb_stat(t, intents, &s));
    MDB_cursor* at = nullptr;
    check(mdb_cursor_open(t, rows, &at));
    unsigned append = MDB_APPEND;
    for (std::size_t n = 0; n < batch && (more = read.step()); ++n) {
      MDB_val key = read.text(0), value = read.text(1);
      if (s.ms_entries != 0 && mdb_get(t, intents, &key, &v) == MDB_SUCCESS &&
          !zddm::intent_record_from(view(v)).admits_fill(seen, floor))
        continue;
      int result = mdb_cursor_put(at, &key, &value, MDB_NOOVERWRITE | append);
      if (result == MDB_KEYEXIST && std::exchange(append, 0) != 0) result = mdb_cursor_put(at, &key, &value, MDB_NOOVERWRITE);
      if (result == MDB_KEYEXIST) continue;
      check(result);
      ++taken;
    }
    mdb_cursor_close(at);
    t.commit();
  }
  return taken;
}

/// The loop that everybody writes first: a row, a commit, for the first n rows.
inline void sqlite_to_sqlite_by_row(std::string const& from, std::string const& to, std::uint64_t n) {
  database old_db(from, true), new_db(to, true);
  statement read(old_db, every_row);
  statement put(new_db, "INSERT INTO rows VALUES (?1, ?2) ON CONFLICT (key) DO NOTHING");
  for (; n > 0 && read.step(); --n) {
    put.bind(1, read.text(0));
    put.bind(2, read.text(1));
    put.finish();
  }
}
inline void sqlite_to_lmdb_by_row(std::string const& from, std::string const& to, std::uint64_t n,
                                  zddm::lmdb::options const& options) {
  database old_db(from, true);
  environment env(to, options);
  MDB_dbi rows = 0;
  {
    transaction t(env);
    rows = t.open("rows");
    t.commit();
  }
  statement read(old_db, every_row);
  for (; n > 0 && read.step(); --n) {
    transaction t(env);
    MDB_val key = read.text(0), value = read.text(1);
    if (int const result = mdb_put(t, rows, &key, &value, MDB_NOOVERWRITE); result != MDB_KEYEXIST) check(result);
    t.commit();
  }
}

/// Walks both in the order of the keys; how many keys differ, and how many there are.
inline std::pair<std::uint64_t, std::uint64_t> compare(std::string const& from, std::string const& to,
                                                       zddm::lmdb::options const& options) {
  database old_db(from, true);
  environment env(to, options);
  transaction t(env, MDB_RDONLY);
  MDB_dbi const rows = t.open("rows");
  MDB_cursor* at = nullptr;
  check(mdb_cursor_open(t, rows, &at));
  statement read(old_db, every_row);
  MDB_val key{}, value{};
  bool left = read.step(), right = mdb_cursor_get(at, &key, &value, MDB_FIRST) == MDB_SUCCESS;
  std::uint64_t odd = 0, seen = 0;
  for (; left || right; ++seen) {
    int const order = !left ? 1 : !right ? -1 : view(read.text(0)).compare(view(key));
    if (order != 0 || view(read.text(1)) != view(value)) ++odd;
    if (order <= 0) left = read.step();
    if (order >= 0) right = mdb_cursor_get(at, &key, &value, MDB_NEXT) == MDB_SUCCESS;
  }
  mdb_cursor_close(at);
  return {odd, seen};
}

} // namespace bench::by_hand
