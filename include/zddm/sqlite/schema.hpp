// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sqlite3.h>

#include <zddm/core/error.hpp>
#include <zddm/sqlite/cell.hpp>
#include <zddm/sqlite/columns.hpp>
#include <zddm/sqlite/connection.hpp>
#include <zddm/sqlite/database.hpp>
#include <zddm/sqlite/quote_identifier.hpp>
#include <zddm/sqlite/table_options.hpp>

namespace zddm::sqlite {

/// The names of a table and its columns, the SQL that reads and writes it, and whether a table in a file fits.
/// Key column i is parameter `i + 1`; value column i is parameter `keys() + i + 1`. A value column may be a key column too.
class schema {
public:
  /// Throws `store_error` (permanent) if the options name another number of columns than the types have.
  schema(table_options const& options, std::vector<column> key, std::vector<column> value)
      : table_(options.table), key_(std::move(key)), value_(std::move(value)) {
    name(key_, options.key, "key");
    name(value_, options.value, "value");
    for (auto const& v : value_) {
      auto const it = std::ranges::find(key_, v.name, &column::name);
      shared_.push_back(it == key_.end() ? std::nullopt : std::optional(static_cast<std::size_t>(it - key_.begin())));
    }
  }

  std::string const& table() const noexcept { return table_; }
  int keys() const noexcept { return static_cast<int>(key_.size()); }

  /// The key column that is also this value column.
  std::optional<std::size_t> shared(std::size_t value_column) const { return shared_[value_column]; }

  std::string create() const {
    bool const row_id = key_.size() == 1 && key_[0].kind == storage::integer;
    std::string sql = "CREATE TABLE IF NOT EXISTS " + quoted() + " (";
    for (auto const& k : key_) sql += defined(k) + (row_id ? " PRIMARY KEY, " : ", ");
    each_own([&](std::size_t i) { sql += defined(value_[i]) + ", "; });
    if (row_id) return sql.erase(sql.size() - 2) + ")";
    return sql + "PRIMARY KEY (" + key_names() + ")) WITHOUT ROWID";
  }
  std::string drop() const { return "DROP TABLE IF EXISTS " + quoted(); }

  std::string get() const { return "SELECT " + value_names() + " FROM " + quoted() + where(); }
  std::string probe() const { return "SELECT 1 FROM " + quoted() + where(); }
  std::string erase() const { return "DELETE FROM " + quoted() + where(); }
  std::string clear() const { return "DELETE FROM " + quoted(); }
  std::string count() const { return "SELECT count(*) FROM " + quoted(); }
  /// The key that comes a number of rows after the one given, or after the first: parameter `keys() + 1`.
  std::string key_further(bool after) const {
    std::string sql = "SELECT " + key_names() + " FROM " + quoted();
    if (after) sql += " WHERE " + row(key_names()) + " > " + row(parameters(1, key_.size()));
    return sql + " ORDER BY " + key_names() + " LIMIT 1 OFFSET ?" + std::to_string(key_.size() + 1);
  }
  std::string count_after() const { return count() + " WHERE " + row(key_names()) + " > " + row(parameters(1, key_.size())); }
  std::string last_key() const {
    std::string order;
    for (auto const& k : key_) order += (order.empty() ? "" : ", ") + quote_identifier(k.name) + " DESC";
    return "SELECT " + key_names() + " FROM " + quoted() + " ORDER BY " + order + " LIMIT 1";
  }

  /// Touches no other columns of a row that is there.
  std::string put() const {
    std::string set;
    each_own([&](std::size_t i) {
      auto const name = quote_identifier(value_[i].name);
      set += (set.empty() ? " DO UPDATE SET " : ", ") + name + " = excluded." + name;
    });
    return insertion() + (set.empty() ? " DO NOTHING" : set);
  }
  std::string insert() const { return insertion() + " DO NOTHING"; }

  /// The keys, then the values. `after` are the parameters from 1 on, `upto` those that follow.
  std::string scan(bool after, bool upto) const {
    std::string sql = "SELECT " + key_names() + ", " + value_names() + " FROM " + quoted();
    if (after) sql += " WHERE " + row(key_names()) + " > " + row(parameters(1, key_.size()));
    if (upto) sql += (after ? " AND " : " WHERE ") + row(key_names()) + " <= " + row(parameters(1 + key_.size(), key_.size()));
    return sql + " ORDER BY " + key_names();
  }

  /// The name of a table beside this one, and the definition and the names of its key columns.
  std::string side(std::string_view what) const { return quote_identifier(table_ + "_zddm_" + std::string(what)); }
  std::string side_definition() const {
    std::string sql;
    for (std::size_t i = 0; i < key_.size(); ++i)
      sql += "k" + std::to_string(i + 1) + " " + std::string(to_string(key_[i].kind)) + " NOT NULL, ";
    return sql;
  }
  std::string side_keys() const {
    std::string sql;
    for (std::size_t i = 0; i < key_.size(); ++i) sql += (i == 0 ? "k" : ", k") + std::to_string(i + 1);
    return sql;
  }
  std::string side_where() const { return " WHERE " + row(side_keys()) + " = " + row(parameters(1, key_.size())); }
  std::string side_after() const { return " WHERE " + row(side_keys()) + " > " + row(parameters(1, key_.size())); }

  std::string parameters(std::size_t first, std::size_t n) const {
    std::string sql;
    for (std::size_t i = 0; i < n; ++i) sql += (i == 0 ? "?" : ", ?") + std::to_string(first + i);
    return sql;
  }

  /// The affinities of the value columns. Throws `store_error` (permanent) if the table is missing, lacks a column or a
  /// unique index over the key, compares its key otherwise than byte by byte, or would change what is put into it.
  std::vector<affinity> check(connection& c) const {
    if (c.ask("SELECT count(*) FROM pragma_table_info(" + literal(table_) + ")") == "0")
      unfit(c, "is missing", "create_table makes it");
    for (auto const& k : key_) {
      auto const found = find(c, k);
      if (found.collation != "BINARY")
        unfit(c, "compares its key column " + k.name + " by " + found.collation, "Map the key first");
      if (k.kind == storage::text && found.kind != affinity::text && found.kind != affinity::none) mistyped(c, k);
    }
    std::vector<affinity> kinds;
    for (auto const& v : value_) kinds.push_back(find(c, v).kind);
    c.ask("EXPLAIN " + put());
    return kinds;
  }

  /// Starts a statement whose first parameters are the key. Throws `unmappable` for a key SQLite cannot keep in order.
  template <class Key> statement run(session& s, std::size_t number, Key const& key) const {
    auto q = s.run(number);
    bind_key(q, 1, key);
    return q;
  }
  template <class Key> void bind_key(statement& q, int first, Key const& key) const {
    if (auto const refused = columns<Key>::bind_key(q, first, key)) cannot_keep(key_[*refused]);
  }
  /// Reads the first columns of a row. Throws `unmappable` if they hold no key of this type.
  template <class Key> void read_key(statement const& q, Key& key) const {
    if (auto const refused = columns<Key>::read_key(q, 0, key)) cannot_read(key_[*refused]);
  }

  [[noreturn]] void cannot_keep_value(std::size_t i) const { cannot_keep(value_[i]); }
  [[noreturn]] void cannot_read_value(std::size_t i) const { cannot_read(value_[i]); }
  [[noreturn]] void other_key(std::size_t i) const {
    throw unmappable("the value names another key in " + value_[i].name + " than the one it is put under in table " + table_ +
                     "; nothing was written. Put it under its own key");
  }

private:
  struct declared {
    affinity kind;
    std::string collation;
  };

  void name(std::vector<column>& all, std::vector<std::string> const& given, std::string_view single) {
    if (!given.empty()) {
      if (given.size() != all.size()) miscounted(single, given.size(), all.size());
      for (std::size_t i = 0; i < all.size(); ++i) all[i].name = given[i];
    } else if (all.size() == 1 && all[0].name.empty()) {
      all[0].name = single;
    } else if (std::ranges::any_of(all, [](auto const& c) { return c.name.empty(); })) {
      miscounted(single, 0, all.size());
    }
  }
  [[noreturn]] void miscounted(std::string_view what, std::size_t given, std::size_t wanted) const {
    throw store_error(error_class::permanent,
                      "table " + table_ + " is given " + std::to_string(given) + " names for the " + std::to_string(wanted) +
                          " columns of its " + std::string(what) + "; nothing was done. Name each in table_options",
                      126);
  }

  template <class F> void each_own(F f) const {
    for (std::size_t i = 0; i < value_.size(); ++i)
      if (!shared_[i]) f(i);
  }
  std::string quoted() const { return quote_identifier(table_); }
  static std::string defined(column const& c) {
    return quote_identifier(c.name) + " " + std::string(to_string(c.kind)) + (c.nullable ? "" : " NOT NULL");
  }
  static std::string names(std::vector<column> const& all) {
    std::string sql;
    for (auto const& c : all) sql += (sql.empty() ? "" : ", ") + quote_identifier(c.name);
    return sql;
  }
  std::string key_names() const { return names(key_); }
  std::string value_names() const { return names(value_); }
  std::string row(std::string const& list) const { return key_.size() == 1 ? list : "(" + list + ")"; }
  std::string where() const { return " WHERE " + row(key_names()) + " = " + row(parameters(1, key_.size())); }
  std::string insertion() const {
    std::string into = key_names(), values = parameters(1, key_.size());
    each_own([&](std::size_t i) {
      into += ", " + quote_identifier(value_[i].name);
      values += ", ?" + std::to_string(key_.size() + i + 1);
    });
    return "INSERT INTO " + quoted() + " (" + into + ") VALUES (" + values + ") ON CONFLICT (" + key_names() + ")";
  }
  static std::string literal(std::string const& text) {
    std::string sql = "'";
    for (char const c : text) (sql += c == '\'' ? "'" : "") += c;
    return sql + "'";
  }

  declared find(connection& c, column const& wanted) const {
    char const *type = nullptr, *collation = nullptr;
    if (sqlite3_table_column_metadata(c.handle(), "main", table_.c_str(), wanted.name.c_str(), &type, &collation, nullptr,
                                      nullptr, nullptr) != SQLITE_OK)
      unfit(c, "has no column " + wanted.name, "Name its columns in table_options");
    declared const d{affinity_of(type ? type : ""), collation ? collation : "BINARY"};
    if (!wanted.fits(d.kind)) mistyped(c, wanted);
    return d;
  }

  /// As SQLite derives it from the declared type.
  static affinity affinity_of(std::string type) {
    for (char& c : type)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    auto const has = [&](std::string_view part) { return type.find(part) != type.npos; };
    if (has("INT")) return affinity::integer;
    if (has("CHAR") || has("CLOB") || has("TEXT")) return affinity::text;
    if (has("BLOB") || type.empty()) return affinity::none;
    if (has("REAL") || has("FLOA") || has("DOUB")) return affinity::real;
    return affinity::numeric;
  }

  [[noreturn]] void mistyped(connection& c, column const& wanted) const {
    unfit(c, "would change the " + std::string(to_string(wanted.kind)) + " put into its column " + wanted.name,
          "Declare the column for it, or map the value first");
  }
  [[noreturn]] void unfit(connection& c, std::string const& what, std::string const& next) const {
    throw store_error(error_class::permanent, "table " + table_ + " of " + c.path() + " " + what + "; nothing was done. " + next,
                      126);
  }
  [[noreturn]] void cannot_keep(column const& c) const {
    throw unmappable("column " + c.name + " of table " + table_ +
                     " cannot keep the value: a NaN, a text that its type would turn into a number, or an unsigned key above "
                     "2^63-1; nothing was written. Map it to something SQLite can keep");
  }
  [[noreturn]] void cannot_read(column const& c) const {
    throw unmappable("column " + c.name + " of table " + table_ + " holds what is no " + std::string(to_string(c.kind)) +
                     " of its type; nothing was changed. Correct the row, or declare the column as what it holds");
  }

  std::string table_;
  std::vector<column> key_, value_;
  std::vector<std::optional<std::size_t>> shared_;
};

} // namespace zddm::sqlite
