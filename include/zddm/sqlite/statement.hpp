// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include <sqlite3.h>

#include <zddm/sqlite/connection.hpp>

namespace zddm::sqlite {

/// One use of a prepared statement: bind, then step; it is ready for the next use when this one ends.
/// Parameters count from 1, columns from 0. Bound text and blobs, but copies, must outlive the last step; those read last
/// until the next.
class statement {
public:
  statement(connection& c, sqlite3_stmt* prepared) : connection_(&c), prepared_(prepared) {}
  statement(statement&& other) noexcept : connection_(other.connection_), prepared_(std::exchange(other.prepared_, nullptr)) {}
  statement& operator=(statement&&) = delete;
  ~statement() {
    if (prepared_ && !connection_->inherited()) sqlite3_reset(prepared_);
  }

  void bind_null(int at) { check(sqlite3_bind_null(prepared_, at)); }
  void bind_integer(int at, std::int64_t n) { check(sqlite3_bind_int64(prepared_, at, n)); }
  void bind_real(int at, double x) { check(sqlite3_bind_double(prepared_, at, x)); }
  void bind_text(int at, std::string_view text) {
    check(sqlite3_bind_text64(prepared_, at, text.data() ? text.data() : "", text.size(), SQLITE_STATIC, SQLITE_UTF8));
  }
  void bind_text_copy(int at, std::string_view text) {
    check(sqlite3_bind_text64(prepared_, at, text.data() ? text.data() : "", text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  }
  void bind_blob(int at, std::string_view bytes) {
    check(sqlite3_bind_blob64(prepared_, at, bytes.data() ? bytes.data() : "", bytes.size(), SQLITE_STATIC));
  }

  /// True: the next row is there to be read. False: there is none, and what was to be written is written.
  /// `committing` says that the statement ends a transaction.
  bool step(bool committing = false) {
    int const result = sqlite3_step(prepared_);
    if (result == SQLITE_ROW) return true;
    if (result == SQLITE_DONE) return false;
    connection_->fail(result, committing || (!connection_->in_transaction && sqlite3_stmt_readonly(prepared_) == 0));
  }

  /// Ready to bind and step anew.
  void again() { sqlite3_reset(prepared_); }

  /// Runs to the end; for statements that write.
  void finish(bool committing = false) {
    while (step(committing)) {
    }
  }

  /// How many rows the last finished writing statement of the connection put, changed or removed.
  std::size_t changes() const { return static_cast<std::size_t>(sqlite3_changes(connection_->handle())); }

  /// What the row stepped to has in a column. Faster than asking the statement again for its type, size and bytes; needs no
  /// lock, since a connection belongs to one thread at a time.
  class value {
  public:
    explicit value(sqlite3_value* v) : value_(v) {}

    /// One of `SQLITE_INTEGER`, `SQLITE_FLOAT`, `SQLITE_TEXT`, `SQLITE_BLOB`, `SQLITE_NULL`.
    int type() const { return sqlite3_value_type(value_); }
    std::int64_t integer() const { return sqlite3_value_int64(value_); }
    double real() const { return sqlite3_value_double(value_); }
    std::string_view bytes() const {
      auto const* const data = static_cast<char const*>(sqlite3_value_blob(value_));
      return data ? std::string_view(data, static_cast<std::size_t>(sqlite3_value_bytes(value_))) : std::string_view();
    }

  private:
    sqlite3_value* value_;
  };
  value at(int column) const { return value(sqlite3_column_value(prepared_, column)); }
  std::int64_t integer(int column) const { return at(column).integer(); }
  std::string_view bytes(int column) const { return at(column).bytes(); }

private:
  void check(int result) {
    if (result != SQLITE_OK) connection_->fail(result);
  }

  connection* connection_;
  sqlite3_stmt* prepared_;
};

} // namespace zddm::sqlite
