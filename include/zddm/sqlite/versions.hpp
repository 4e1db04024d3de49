// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <zddm/core/version.hpp>
#include <zddm/sqlite/columns.hpp>
#include <zddm/sqlite/database.hpp>
#include <zddm/sqlite/schema.hpp>

namespace zddm::sqlite {

/// The version each key of a table was last written with, in a side table; each call is part of the caller's transaction.
template <class Key> class versions {
public:
  versions(database& d, schema const& s) : schema_(&s) {
    auto const table = s.side("versions"), keys = s.side_keys();
    auto const n = columns<Key>::count;
    create_ = "CREATE TABLE IF NOT EXISTS " + table + " (" + s.side_definition() +
              "counter INTEGER NOT NULL, process INTEGER NOT NULL, PRIMARY KEY (" + keys + ")) WITHOUT ROWID";
    drop_ = "DROP TABLE IF EXISTS " + table;
    get_ = d.statement("SELECT counter, process FROM " + table + s.side_where());
    set_ = d.statement("INSERT INTO " + table + " VALUES (" + s.parameters(1, n + 2) + ") ON CONFLICT (" + keys +
                       ") DO UPDATE SET counter = excluded.counter, process = excluded.process");
    clear_ = d.statement("DELETE FROM " + table);
  }

  void create(session& s) const { s.connection().execute(create_); }
  void drop(session& s) const { s.connection().execute(drop_); }

  /// The oldest of all versions for a key that has none.
  version get(session& s, Key const& key) const {
    auto q = schema_->run(s, get_, key);
    if (!q.step()) return {};
    return {static_cast<std::uint64_t>(q.integer(0)), static_cast<std::uint64_t>(q.integer(1))};
  }

  void set(session& s, Key const& key, version v) const {
    auto q = schema_->run(s, set_, key);
    q.bind_integer(schema_->keys() + 1, static_cast<std::int64_t>(v.counter));
    q.bind_integer(schema_->keys() + 2, static_cast<std::int64_t>(v.process));
    q.finish();
  }

  void clear(session& s) const { s.run(clear_).finish(); }

private:
  schema const* schema_;
  std::string create_, drop_;
  std::size_t get_, set_, clear_;
};

} // namespace zddm::sqlite
