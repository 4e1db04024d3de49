// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <zddm/sqlite/database.hpp>
#include <zddm/sqlite/quote_identifier.hpp>
#include <zddm/sqlite/transaction.hpp>

/// The application's own data access: people in a SQLite table, a column a field, for one thread at a time.
/// It knows nothing of migrations.
class awesome_db {
public:
  explicit awesome_db(std::filesystem::path const& file, zddm::sqlite::options const& options = {})
      : database_(file, options), session_(database_.session()) {
    session_.connection().execute("CREATE TABLE IF NOT EXISTS people (id INTEGER PRIMARY KEY, first_name TEXT, last_name TEXT)");
  }

  std::int64_t add() {
    run("INSERT INTO people DEFAULT VALUES").finish();
    return std::stoll(session_.connection().ask("SELECT last_insert_rowid()"));
  }

  std::vector<std::int64_t> all() {
    std::vector<std::int64_t> ids;
    auto rows = run("SELECT id FROM people ORDER BY id");
    while (rows.step()) ids.push_back(rows.integer(0));
    return ids;
  }

  /// The fields of one person as they are together at one instant; empty where nothing was written.
  template <std::size_t N> std::array<std::string, N> read(std::int64_t id, std::array<std::string_view, N> const& fields) {
    std::string columns;
    for (auto const field : fields) columns += (columns.empty() ? "" : ", ") + zddm::sqlite::quote_identifier(field);
    auto row = run("SELECT " + columns + " FROM people WHERE id = ?");
    row.bind_integer(1, id);
    std::array<std::string, N> values;
    if (row.step())
      for (std::size_t i = 0; i < N; ++i) values[i] = row.bytes(static_cast<int>(i));
    return values;
  }

  void write(std::int64_t id, std::string_view field, std::string_view value) {
    auto row = run("UPDATE people SET " + zddm::sqlite::quote_identifier(field) + " = ? WHERE id = ?");
    row.bind_text(1, value);
    row.bind_integer(2, id);
    row.finish();
  }

  /// All that `change` reads and writes is one step, applied when this returns; none of it is if `change` throws.
  template <class Change> void atomically(Change&& change) {
    zddm::sqlite::transaction transaction(session_, zddm::sqlite::access::write);
    std::forward<Change>(change)();
    transaction.commit();
  }

  bool has_field(std::string_view field) {
    auto row = run("SELECT 1 FROM pragma_table_info('people') WHERE name = ?");
    row.bind_text(1, field);
    return row.step();
  }
  void add_field(std::string_view field) {
    if (!has_field(field)) alter("ADD COLUMN " + zddm::sqlite::quote_identifier(field) + " TEXT");
  }
  void remove_field(std::string_view field) {
    if (has_field(field)) alter("DROP COLUMN " + zddm::sqlite::quote_identifier(field));
  }

private:
  zddm::sqlite::statement run(std::string const& sql) { return session_.run(database_.statement(sql)); }
  void alter(std::string const& what) { session_.connection().execute("ALTER TABLE people " + what); }

  zddm::sqlite::database database_;
  zddm::sqlite::session session_;
};
