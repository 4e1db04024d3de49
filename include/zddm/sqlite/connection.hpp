// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <sqlite3.h>

#include <zddm/core/error.hpp>
#include <zddm/sqlite/fail.hpp>
#include <zddm/sqlite/fork_guard.hpp>
#include <zddm/sqlite/options.hpp>

namespace zddm::sqlite {

/// An open SQLite connection with the statements prepared on it, for one thread at a time. Everything that fails throws
/// `store_error`. In a process forked from the one that opened it, it may only be abandoned.
class connection {
public:
  connection(std::string path, options const& o) : patience(o.busy_timeout), path_(std::move(path)) {
    int const flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | (o.create ? SQLITE_OPEN_CREATE : 0);
    sqlite3* opened = nullptr;
    int const result = sqlite3_open_v2(path_.c_str(), &opened, flags, nullptr);
    db_.reset(opened);
    if (result != SQLITE_OK) fail(result);
    sqlite3_busy_handler(db_.get(), wait, this);
    sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    constexpr char const* durability[] = {"PRAGMA synchronous=FULL", "PRAGMA synchronous=NORMAL", "PRAGMA synchronous=OFF"};
    ask(durability[static_cast<int>(o.synchronous)]);
    if (ask("PRAGMA encoding") != "UTF-8")
      throw store_error(
          error_class::permanent,
          "SQLite database " + path_ +
              " is encoded in UTF-16, in which text does not keep its bytes; nothing was done. Move it to a UTF-8 database first",
          126);
    if (o.write_ahead_log) log_ahead();
  }

  connection(connection const&) = delete;
  connection& operator=(connection const&) = delete;

  sqlite3* handle() const noexcept { return db_.get(); }
  std::string const& path() const noexcept { return path_; }

  /// Opened by a process this one was forked from.
  bool inherited() const noexcept { return generation_ != fork_guard::generation(); }

  /// The statement in this slot, prepared with the first call; a slot stands for one SQL text.
  sqlite3_stmt* prepared(std::size_t slot, std::string_view sql) {
    if (slot >= statements_.size()) statements_.resize(slot + 1);
    if (!statements_[slot]) statements_[slot] = prepare(sql, SQLITE_PREPARE_PERSISTENT);
    return statements_[slot].get();
  }
  sqlite3_stmt* prepared(std::size_t slot) const noexcept {
    return slot < statements_.size() ? statements_[slot].get() : nullptr;
  }

  /// Runs SQL without parameters and results, such as table definitions.
  void execute(std::string const& sql) {
    int const result = sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr);
    if (result != SQLITE_OK) fail(result, !in_transaction);
  }

  /// The first column of the first row of a statement that need not be fast; empty where there is none.
  std::string ask(std::string_view sql) {
    auto const statement = prepare(sql, 0);
    int const result = sqlite3_step(statement.get());
    if (result == SQLITE_DONE) return {};
    if (result != SQLITE_ROW) fail(result);
    auto const* text = sqlite3_column_text(statement.get(), 0);
    return text ? std::string(reinterpret_cast<char const*>(text),
                              static_cast<std::size_t>(sqlite3_column_bytes(statement.get(), 0)))
                : std::string();
  }

  /// Throws what the result code stands for; see `sqlite::fail`.
  [[noreturn]] void fail(int result, bool committing = false) const {
    sqlite::fail(result, committing, path_, db_ ? sqlite3_errmsg(db_.get()) : "", db_ ? sqlite3_system_errno(db_.get()) : 0);
  }

  /// Throws if another file, or none, is where the open one was: what is written to that would be lost. SQLite itself looks for
  /// it without a write-ahead log only.
  void confirm_place() const {
    int moved = 0;
    if (sqlite3_file_control(db_.get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK && moved != 0)
      fail(SQLITE_READONLY_DBMOVED);
  }

  /// A write that fails inside a transaction is not applied, whatever the reason.
  bool in_transaction = false;

  /// How long a call waits for locks of others, and how much of that this one has waited already.
  std::chrono::milliseconds const patience;
  std::chrono::steady_clock::duration waited{};

private:
  struct closer {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  using statement_pointer = std::unique_ptr<sqlite3_stmt, closer>;

  statement_pointer prepare(std::string_view sql, unsigned flags) {
    sqlite3_stmt* made = nullptr;
    int const result = sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()), flags, &made, nullptr);
    if (result != SQLITE_OK) fail(result);
    return statement_pointer(made);
  }

  /// Two processes that open a new file at once may each refuse the other without asking the busy handler.
  void log_ahead() {
    for (int tries = 0;; ++tries) {
      try {
        if (ask("PRAGMA journal_mode") == "wal" || ask("PRAGMA journal_mode=WAL") == "wal") return;
      } catch (store_error const& e) {
        if (e.code() == 120 && wait(this, tries)) continue;
        throw;
      }
      throw store_error(
          error_class::permanent,
          "SQLite database " + path_ +
              " cannot keep a write-ahead log; nothing was changed. Put it on a local file system, or open it without",
          123);
    }
  }

  /// Waits longer and longer, from 20 microseconds to a millisecond, until the patience is over. The steps are short because
  /// a lock that others take in turns is free for moments only.
  static int wait(void* self, int tries) {
    using clock = std::chrono::steady_clock;
    auto& me = *static_cast<connection*>(self);
    auto const now = clock::now();
    if (tries == 0) me.deadline_ = now + me.patience - me.waited;
    if (now >= me.deadline_) return 0;
    auto const pause = std::chrono::microseconds(tries < 200 ? std::min(20L << std::min(tries, 4), 200L) : 1000L);
    std::this_thread::sleep_for(std::min<clock::duration>(pause, me.deadline_ - now));
    return 1;
  }

  std::string path_;
  std::chrono::steady_clock::time_point deadline_;
  unsigned generation_ = fork_guard::generation();
  std::unique_ptr<sqlite3, closer> db_;
  std::vector<statement_pointer> statements_;
};

} // namespace zddm::sqlite
