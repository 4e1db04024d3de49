// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cerrno>
#include <string>
#include <string_view>

#include <sqlite3.h>

#include <zddm/core/error.hpp>

namespace zddm::sqlite {

namespace detail {
struct diagnosis {
  int code;
  error_class kind;
  std::string_view what;
  std::string_view next;
};

constexpr diagnosis diagnose(int result, bool committing, int system) {
  using enum error_class;
  switch (result & 0xff) {
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
  case SQLITE_PROTOCOL: return {120, transient, "stayed locked by another user", "Repeat the call, or raise busy_timeout"};
  case SQLITE_FULL: return {121, transient, "has no space left", "Free some space, then repeat the call"};
  case SQLITE_NOMEM:
    if (committing) return {121, unknown_outcome, "could not be used for want of memory", "Read before you repeat"};
    return {121, transient, "could not be used for want of memory", "Repeat the call"};
  case SQLITE_INTERRUPT:
  case SQLITE_ABORT: return {101, transient, "was interrupted", "Repeat the call"};
  case SQLITE_IOERR:
    // The index of the log has no room, though the log may hold the commit already, for whoever reads it after a crash.
    if (result == SQLITE_IOERR_SHMSIZE && committing)
      return {121, unknown_outcome, "has no space left", "Free some space, then read before you repeat"};
    if (result == SQLITE_IOERR_SHMSIZE) return {121, transient, "has no space left", "Free some space, then repeat the call"};
    if (committing) return {122, unknown_outcome, "could not be written or read", "Check the disk, then read before you repeat"};
    return {122, transient, "could not be written or read", "Check the disk, then repeat the call"};
  case SQLITE_CANTOPEN:
    if (system == EMFILE || system == ENFILE)
      return {121, transient, "could not be opened for want of file handles", "Repeat the call, or raise their limit"};
    if (system == ENOSPC || system == EDQUOT)
      return {121, transient, "has no space left", "Free some space, then repeat the call"};
    return {123, permanent, "cannot be opened", "Check the path, its folder and the permissions"};
  case SQLITE_READONLY:
    if (result == SQLITE_READONLY_DBMOVED)
      return {123, permanent, "was moved, deleted or replaced while it was open",
              "Put the file back where it was, or start the process again"};
    [[fallthrough]];
  case SQLITE_PERM:
  case SQLITE_AUTH: return {123, permanent, "cannot be written", "Check the permissions of the file and its folder"};
  case SQLITE_CORRUPT: return {124, permanent, "is damaged", "Restore it from a backup"};
  case SQLITE_NOTADB: return {124, permanent, "is no SQLite database", "Check the path"};
  case SQLITE_CONSTRAINT:
  case SQLITE_TOOBIG:
  case SQLITE_MISMATCH: return {125, permanent, "refused the row", "Check the row against the constraints of the table"};
  case SQLITE_ERROR:
  case SQLITE_SCHEMA:
    return {126, permanent, "has no such table or columns",
            "Check the names and columns, or create them (create_table, create_records)"};
  default: return {101, permanent, "refused the call", "Report this"};
  }
}

/// SQLite's own words where they name tables and columns only, and never a value.
constexpr bool worth_quoting(int result) {
  auto const kind = result & 0xff;
  return kind == SQLITE_ERROR || kind == SQLITE_SCHEMA || (kind == SQLITE_CONSTRAINT && result != SQLITE_CONSTRAINT_TRIGGER);
}
} // namespace detail

/// Throws the `store_error` that a SQLite result code stands for: what happened to the file, what SQLite calls it, whether
/// anything was applied, what to do next. `committing` says that the failed step would have ended a write; `system` is the
/// errno behind a file that could not be opened.
[[noreturn]] inline void fail(int result, bool committing, std::string const& path, std::string_view words = {}, int system = 0) {
  auto const d = detail::diagnose(result, committing, system);
  std::string text = "SQLite database " + path + " " + std::string(d.what) + " (" + sqlite3_errstr(result);
  if (detail::worth_quoting(result) && !words.empty()) text += ": " + std::string(words);
  text += ", result " + std::to_string(result) + "); ";
  text += d.kind == error_class::unknown_outcome ? "the write may have been applied. " : "nothing was applied. ";
  throw store_error(d.kind, text + std::string(d.next), d.code);
}

} // namespace zddm::sqlite
