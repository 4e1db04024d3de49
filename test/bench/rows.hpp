// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <zddm/core/store.hpp>
#include <zddm/lmdb/environment.hpp>
#include <zddm/lmdb/store.hpp>
#include <zddm/sqlite/database.hpp>
#include <zddm/sqlite/store.hpp>

/// The rows the bulk benchmarks are about: 16-byte keys in no order that a number has, 100-byte values.
namespace bench {

using sqlite_rows = zddm::sqlite::store<std::string, std::string>;
using lmdb_rows = zddm::lmdb::store<std::string, std::string>;
using row = zddm::entry<std::string, std::string>;

inline constexpr char const* table = "rows";

/// The row at this place in the order of the keys.
inline row nth_row(std::uint64_t i) {
  std::string key(16, '0');
  for (auto [at, n] = std::pair(std::size_t{12}, i); n > 0; n /= 10) key[--at] = static_cast<char>('0' + n % 10);
  for (auto [at, n] = std::pair(std::size_t{16}, i * 2654435761 % 10000); n > 0; n /= 10)
    key[--at] = static_cast<char>('0' + n % 10);
  std::string value;
  for (std::uint64_t x = i + 1; value.size() < 100; x = x * 6364136223846793005 + 1442695040888963407)
    value += static_cast<char>('a' + (x >> 33) % 26);
  return {key, value};
}

/// Every commit survives the end of the process only, unless durable: then a loss of power too. The same for both sides.
inline zddm::sqlite::options sqlite_options(bool durable) {
  zddm::sqlite::options o;
  o.synchronous = durable ? zddm::sqlite::synchronous::full : zddm::sqlite::synchronous::off;
  return o;
}
inline zddm::lmdb::options lmdb_options(bool durable, std::uint64_t rows) {
  zddm::lmdb::options o;
  o.initial_map = (std::size_t{64} << 20) + 400 * static_cast<std::size_t>(rows);
  o.durability = durable ? zddm::lmdb::durability::every_commit : zddm::lmdb::durability::none;
  return o;
}

/// Puts rows [0, n) into a store.
template <class Store> void fill(Store& s, std::uint64_t n) {
  std::vector<row> batch;
  for (std::uint64_t i = 0; i < n; ++i) {
    batch.push_back(nth_row(i));
    if (batch.size() < 10'000 && i + 1 < n) continue;
    s.put_many(batch);
    batch.clear();
  }
}

/// A SQLite file with those rows, left as a process that ended would leave it.
inline void make_sqlite(std::string const& path, std::uint64_t rows) {
  zddm::sqlite::database d(path, sqlite_options(false));
  sqlite_rows s(d, {table});
  s.create_table();
  fill(s, rows);
}

/// An empty New, prepared.
inline void prepare_sqlite(std::string const& path) {
  zddm::sqlite::database d(path, sqlite_options(false));
  sqlite_rows s(d, {table});
  s.create_table();
  s.create_records();
}
inline void prepare_lmdb(std::string const& path, std::uint64_t rows) {
  zddm::lmdb::environment e(path, lmdb_options(false, rows));
  lmdb_rows s(e, table);
  s.create_records();
}

/// SQLite rows and LMDB rows in files that are there.
struct both_stores {
  zddm::sqlite::database old_file;
  zddm::lmdb::environment new_file;
  sqlite_rows from{old_file, {table}};
  lmdb_rows to{new_file, table};

  both_stores(std::string const& old_path, std::string const& new_path, std::uint64_t rows)
      : old_file(old_path, sqlite_options(false)), new_file(new_path, lmdb_options(false, rows)) {}
};

inline void expect(bool holds, char const* what) {
  if (!holds) throw std::runtime_error(what);
}

} // namespace bench
