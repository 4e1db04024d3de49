// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <lmdb.h>

#include <zddm/lmdb/fail.hpp>

namespace zddm::lmdb {

/// A handle to one database of an environment.
using database = MDB_dbi;

/// A transaction that is open: what `environment::read` and `write` hand out. Bytes it returns are in the map, and stay as they
/// are until the transaction ends or, in one that writes, until its next change.
class transaction {
public:
  transaction(MDB_txn* txn, std::string const& path) : txn_(txn), path_(path) {}

  MDB_txn* native() const noexcept { return txn_; }
  std::string const& path() const noexcept { return path_; }

  std::optional<std::string_view> get(database db, std::string_view key) const {
    MDB_val k = val(key), v{};
    int const result = mdb_get(txn_, db, &k, &v);
    if (result == MDB_NOTFOUND) return std::nullopt;
    check(result);
    return view(v);
  }
  bool contains(database db, std::string_view key) const { return get(db, key).has_value(); }

  /// Puts where nothing is if `flags` has MDB_NOOVERWRITE; says whether it put.
  bool put(database db, std::string_view key, std::string_view value, unsigned flags = 0) {
    MDB_val k = val(key), v = val(value);
    int const result = mdb_put(txn_, db, &k, &v, flags);
    if (result == MDB_KEYEXIST) return false;
    check(result);
    return true;
  }

  /// Says whether there was something.
  bool erase(database db, std::string_view key) {
    MDB_val k = val(key);
    int const result = mdb_del(txn_, db, &k, nullptr);
    if (result == MDB_NOTFOUND) return false;
    check(result);
    return true;
  }

  std::uint64_t entries(database db) const {
    MDB_stat s{};
    check(mdb_stat(txn_, db, &s));
    return s.ms_entries;
  }

  /// In the order of the database.
  bool less(database db, std::string_view a, std::string_view b) const {
    MDB_val const x = val(a), y = val(b);
    return mdb_cmp(txn_, db, &x, &y) < 0;
  }

  void check(int result) const {
    if (result == MDB_SUCCESS) return;
    if (result == MDB_MAP_FULL) throw map_full{};
    fail(result, false, path_);
  }

  static MDB_val val(std::string_view bytes) { return {bytes.size(), const_cast<char*>(bytes.data())}; }
  static std::string_view view(MDB_val const& v) { return {static_cast<char const*>(v.mv_data), v.mv_size}; }

private:
  MDB_txn* txn_;
  std::string const& path_;
};

/// Walks a database in its order. Ends with its transaction at the latest.
class cursor {
public:
  cursor(transaction const& in, database db) : in_(in), db_(db) {
    MDB_cursor* opened = nullptr;
    in.check(mdb_cursor_open(in.native(), db, &opened));
    cursor_.reset(opened);
  }

  bool first() { return move(MDB_FIRST); }
  bool next() { return move(MDB_NEXT); }
  /// To the first key above the given one, or to the first of all. An empty key, which LMDB holds none of, is below all.
  bool above(std::optional<std::string_view> after) {
    if (!after || after->empty()) return first();
    key_ = transaction::val(*after);
    return move(MDB_SET_RANGE) && (in_.less(db_, *after, key()) || next());
  }

  /// In a transaction that writes: puts where nothing is, and beyond the last key only if `append` is MDB_APPEND; says whether
  /// it did. Fastest for keys that rise.
  bool insert(std::string_view key, std::string_view value, unsigned append = 0) {
    MDB_val k = transaction::val(key), v = transaction::val(value);
    int const result = mdb_cursor_put(cursor_.get(), &k, &v, MDB_NOOVERWRITE | append);
    if (result == MDB_KEYEXIST) return false;
    in_.check(result);
    return true;
  }

  /// In a transaction that writes: erases the row it stands on, and stands before the next.
  void erase() { in_.check(mdb_cursor_del(cursor_.get(), 0)); }

  std::string_view key() const { return transaction::view(key_); }
  std::string_view value() const { return transaction::view(value_); }

private:
  bool move(MDB_cursor_op op) {
    int const result = mdb_cursor_get(cursor_.get(), &key_, &value_, op);
    if (result == MDB_NOTFOUND) return false;
    in_.check(result);
    return true;
  }

  struct closer {
    void operator()(MDB_cursor* c) const { mdb_cursor_close(c); }
  };
  transaction const& in_;
  database db_;
  std::unique_ptr<MDB_cursor, closer> cursor_;
  MDB_val key_{}, value_{};
};

} // namespace zddm::lmdb
