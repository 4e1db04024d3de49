// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <lmdb.h>

#include <zddm/core/intent_bytes.hpp>
#include <zddm/lmdb/transaction.hpp>

namespace zddm::lmdb {

/// Opens a database, for use once the surrounding `environment::alone` has returned; nothing if it is not there and `flags` lack
/// MDB_CREATE. An empty name is the main database.
inline std::optional<database> open_database(transaction& in, std::string const& name, unsigned flags) {
  database db = 0;
  int const result = mdb_dbi_open(in.native(), name.empty() ? nullptr : name.c_str(), flags, &db);
  if (result == MDB_NOTFOUND) return std::nullopt;
  in.check(result);
  return db;
}

/// What stands beside the database NAME, in databases of its own: NAME.zddm.intents, .meta, .versions and .marks. The first,
/// the third and the last have the keys and the order of NAME. All four are there, or none is.
/// Changed inside `environment::alone` only, and so to be read in any transaction.
struct side_databases {
  static constexpr std::string_view infix = ".zddm.";

  bool open = false;
  database intents = 0, meta = 0, versions = 0, marks = 0;

  /// Opens them anew, since another process may have dropped them. False if they are not there and `flags` lack MDB_CREATE.
  bool reopen(transaction& in, std::string const& name, unsigned key_flags, unsigned flags) {
    if (open)
      for (database const db : {intents, meta, versions, marks}) mdb_dbi_close(mdb_txn_env(in.native()), db);
    open = false;
    auto const one = [&](database& db, char const* what, unsigned more) {
      auto const found = open_database(in, name + std::string(infix) + what, flags | more);
      if (found) db = *found;
      return found.has_value();
    };
    return one(meta, "meta", 0) && one(intents, "intents", key_flags) && one(versions, "versions", key_flags) &&
           one(marks, "marks", key_flags);
  }

  /// Drops those `reopen` has just found.
  void drop(transaction& in) {
    for (database const db : {intents, meta, versions, marks}) in.check(mdb_drop(in.native(), db, 1));
  }
};

/// The counters of a store, kept in its meta database.
struct counters {
  std::uint64_t sequence = 1; ///< the last number given out
  std::uint64_t floor = 1;    ///< a fill that saw less is refused
  bool sealed = false;        ///< nothing begins any more

  /// Of a store that has none: they start at the time of day in microseconds, above those dropped before, so that a fill that
  /// looked at those is refused.
  static counters fresh() {
    auto const now = std::chrono::system_clock::now().time_since_epoch();
    auto const n = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
    return {n, n, false};
  }

  /// Nothing if the side databases are gone.
  static std::optional<counters> read(transaction const& in, side_databases const& sides) {
    auto const bytes = in.get(sides.meta, key);
    if (!bytes || bytes->size() != 16) return std::nullopt;
    auto const floor = zddm::detail::read_u64(*bytes, 8);
    return counters{zddm::detail::read_u64(*bytes, 0), floor & ~seal, (floor & seal) != 0};
  }

  void write(transaction& in, side_databases const& sides) const {
    std::string bytes;
    zddm::detail::append_u64(bytes, sequence);
    zddm::detail::append_u64(bytes, sealed ? floor | seal : floor);
    in.put(sides.meta, key, bytes);
  }

  friend bool operator==(counters const&, counters const&) = default;

private:
  static constexpr std::string_view key = "counters";
  static constexpr std::uint64_t seal = std::uint64_t{1} << 63; ///< in the place of the floor
};

} // namespace zddm::lmdb
