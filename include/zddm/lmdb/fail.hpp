// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cerrno>
#include <string>
#include <string_view>

#include <lmdb.h>

#include <zddm/core/error.hpp>

namespace zddm::lmdb {

/// Thrown and caught inside `lmdb` only: the transaction needs a larger map, and is run again in one.
struct map_full {};

namespace detail {
struct diagnosis {
  int code;
  error_class kind;
  std::string_view what;
  std::string_view next;
};

constexpr diagnosis diagnose(int result, bool committing) {
  using enum error_class;
  switch (result) {
  case MDB_READERS_FULL:
    return {130, transient, "has no free place for another reader", "Repeat the call, or open it with more max_readers"};
  case MDB_TXN_FULL: return {130, permanent, "cannot take so many changes in one step", "Use smaller batches"};
  case MDB_DBS_FULL: return {131, permanent, "has no free place for another database", "Open it with more max_databases"};
  case MDB_MAP_FULL: return {132, permanent, "is full", "Raise largest_map"};
  case MDB_MAP_RESIZED:
    return {130, transient, "was enlarged by another process while this thread is inside visit or scan",
            "Repeat the call outside"};
  case MDB_CORRUPTED:
  case MDB_PAGE_NOTFOUND: return {133, permanent, "is damaged", "Restore it from a backup"};
  case MDB_INVALID: return {133, permanent, "is no LMDB environment", "Check the path"};
  case MDB_VERSION_MISMATCH: return {133, permanent, "was written by another version of LMDB", "Dump it there and load it here"};
  case MDB_PANIC:
    return {133, permanent, "failed before and is out of use in this process", "Check the disk, then start the process again"};
  case MDB_BAD_VALSIZE: return {135, permanent, "cannot hold a key or value of this size", "Shorten it"};
  case MDB_INCOMPATIBLE:
  case MDB_BAD_DBI: return {138, permanent, "has a database of another kind under this name", "Check the name"};
  default: break;
  }
  if (result <= 0) return {133, permanent, "refused the call", "Report this"};
  if (committing) return {134, unknown_outcome, "could not be written", "Check the disk, then read before you repeat"};
  switch (result) {
  case ENOSPC:
  case EDQUOT: return {130, transient, "has no space left", "Free some space, then repeat the call"};
  case ENOMEM: return {130, transient, "could not be used for want of memory", "Repeat the call"};
  case EAGAIN:
  case EBUSY:
  case EINTR: return {130, transient, "is busy", "Repeat the call"};
  case EMFILE:
  case ENFILE: return {130, transient, "could not be opened for want of file handles", "Repeat the call, or raise their limit"};
  case ENOENT:
  case ENOTDIR: return {131, permanent, "cannot be opened", "Check the path"};
  case EACCES:
  case EPERM:
  case EROFS: return {131, permanent, "cannot be opened for writing", "Check the permissions of its files and folder"};
  default: return {131, permanent, "could not be read or written", "Check the disk"};
  }
}
} // namespace detail

/// Throws the `store_error` that a result code of LMDB stands for: what happened to the environment, what LMDB calls it,
/// whether anything was applied, what to do next. `committing` says that the failed step was a commit.
[[noreturn]] inline void fail(int result, bool committing, std::string const& path) {
  auto const d = detail::diagnose(result, committing);
  std::string text = "LMDB environment " + path + " " + std::string(d.what) + " (" + mdb_strerror(result) + ", result " +
                     std::to_string(result) + "); ";
  text += d.kind == error_class::unknown_outcome ? "the write may have been applied. " : "nothing was applied. ";
  throw store_error(d.kind, text + std::string(d.next), d.code);
}

/// As above, for what LMDB itself would not notice.
[[noreturn]] inline void refuse(int code, std::string const& path, std::string const& what, std::string const& next) {
  throw store_error(error_class::permanent, "LMDB environment " + path + " " + what + "; nothing was applied. " + next, code);
}

} // namespace zddm::lmdb
