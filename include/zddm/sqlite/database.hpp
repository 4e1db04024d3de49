// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sqlite3.h>

#include <zddm/core/error.hpp>
#include <zddm/sqlite/connection.hpp>
#include <zddm/sqlite/fork_guard.hpp>
#include <zddm/sqlite/options.hpp>
#include <zddm/sqlite/statement.hpp>
#include <zddm/sqlite/turnstile.hpp>

namespace zddm::sqlite {

class session;

/// A SQLite database file for any number of threads, and for processes forked from this one while no call was running.
/// Hands out connections, each to one thread at a time, and keeps them and their prepared statements for the next.
/// The file is opened by the first session. Outlives every store and session that uses it.
class database {
public:
  /// The path is taken relative to the folder the process is in now. Throws `store_error` (permanent) for a database in
  /// memory, which no two connections could share.
  explicit database(std::filesystem::path const& path, sqlite::options options = {})
      : path_(path.empty() || path.native().starts_with(":memory:") ? "" : std::filesystem::absolute(path).string()),
        options_(options) {
    if (path_.empty())
      throw store_error(error_class::permanent,
                        "a SQLite database needs a file of its own; nothing was done. Give a path, or use a memory store", 123);
    for (auto const* sql : {"BEGIN", "BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"}) statement(sql);
  }
  database(database const&) = delete;
  database& operator=(database const&) = delete;

  /// The numbers of the statements that every database has.
  enum control : std::size_t { begin, begin_immediate, commit, roll_back };

  std::string const& path() const noexcept { return path_; }
  sqlite::options const& options() const noexcept { return options_; }

  /// The number under which every session runs this SQL; the same text has the same number.
  std::size_t statement(std::string const& sql) {
    std::lock_guard const lock(mutex_);
    auto const [it, fresh] = numbers_.try_emplace(sql, texts_.size());
    if (fresh) texts_.push_back(sql);
    return it->second;
  }

  /// A connection for this thread, until the session ends.
  sqlite::session session();

private:
  friend class sqlite::session;

  std::unique_ptr<connection> take() {
    if (fork_guard::unfit())
      throw store_error(
          error_class::permanent,
          "SQLite cannot be used in a process that was forked while its parent was using it; nothing was done. Fork "
          "between calls, or start a program",
          128);
    {
      std::lock_guard const lock(mutex_);
      ++taken_;
      if (!idle_.empty()) {
        auto c = std::move(idle_.back());
        idle_.pop_back();
        return c;
      }
    }
    try {
      return std::make_unique<connection>(path_, options_);
    } catch (...) {
      std::lock_guard const lock(mutex_);
      --taken_;
      throw;
    }
  }

  void give_back(std::unique_ptr<connection> c) noexcept {
    if (c->inherited()) {
      static_cast<void>(c.release());
      return;
    }
    if (sqlite3_get_autocommit(c->handle()) == 0) c.reset();
    std::lock_guard const lock(mutex_);
    --taken_;
    if (c) idle_.push_back(std::move(c));
  }

  std::string_view text(std::size_t number) {
    std::lock_guard const lock(mutex_);
    return texts_[number];
  }

  std::string path_;
  sqlite::options options_;
  std::mutex mutex_;
  turnstile writers_;
  std::vector<std::unique_ptr<connection>> idle_;
  std::size_t taken_ = 0;
  std::map<std::string, std::size_t> numbers_;
  std::deque<std::string> texts_;
  fork_guard guard_{[this] {
                      mutex_.lock();
                      idle_.clear();
                      return taken_ != 0;
                    },
                    [this] { mutex_.unlock(); }};
};

/// A connection lent to one thread.
class session {
public:
  explicit session(database& d) : database_(&d), connection_(d.take()) {}
  session(session&& other) noexcept : database_(other.database_), connection_(std::move(other.connection_)) {}
  session& operator=(session&&) = delete;
  ~session() {
    if (connection_) database_->give_back(std::move(connection_));
  }

  sqlite::connection& connection() noexcept { return *connection_; }

  /// Where the writers of the database take turns.
  turnstile& writers() noexcept { return database_->writers_; }

  /// Starts the statement of this number (`database::statement`); it must not be in use in this session.
  sqlite::statement run(std::size_t number) {
    auto* prepared = connection_->prepared(number);
    if (!prepared) prepared = connection_->prepared(number, database_->text(number));
    return sqlite::statement(*connection_, prepared);
  }

private:
  database* database_;
  std::unique_ptr<sqlite::connection> connection_;
};

inline session database::session() { return sqlite::session(*this); }

} // namespace zddm::sqlite
