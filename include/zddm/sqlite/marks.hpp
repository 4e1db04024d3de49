// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include <zddm/sqlite/columns.hpp>
#include <zddm/sqlite/database.hpp>
#include <zddm/sqlite/schema.hpp>

namespace zddm::sqlite {

/// The marked keys of a table, in a side table; each call is part of the caller's transaction.
template <class Key> class marks {
public:
  marks(database& d, schema const& s) : schema_(&s) {
    auto const table = s.side("marks"), keys = s.side_keys();
    create_ = "CREATE TABLE IF NOT EXISTS " + table + " (" + s.side_definition() + "PRIMARY KEY (" + keys + ")) WITHOUT ROWID";
    drop_ = "DROP TABLE IF EXISTS " + table;
    add_ = d.statement("INSERT INTO " + table + " VALUES (" + s.parameters(1, columns<Key>::count) + ") ON CONFLICT DO NOTHING");
    remove_ = d.statement("DELETE FROM " + table + s.side_where());
    clear_ = d.statement("DELETE FROM " + table);
    first_ = d.statement("SELECT " + keys + " FROM " + table + " ORDER BY " + keys);
    after_ = d.statement("SELECT " + keys + " FROM " + table + s.side_after() + " ORDER BY " + keys);
  }

  void create(session& s) const { s.connection().execute(create_); }
  void drop(session& s) const { s.connection().execute(drop_); }

  void add(session& s, Key const& key) const { schema_->run(s, add_, key).finish(); }
  void remove(session& s, Key const& key) const { schema_->run(s, remove_, key).finish(); }
  void clear(session& s) const { s.run(clear_).finish(); }

  /// Calls `sink(key)` for at most `limit` marks above `after`, in the order of the keys; says how many.
  template <class Sink> std::size_t list(session& s, std::optional<Key> const& after, std::size_t limit, Sink&& sink) const {
    auto q = after ? schema_->run(s, after_, *after) : s.run(first_);
    Key key{};
    std::size_t n = 0;
    for (; n < limit && q.step(); ++n) {
      schema_->read_key(q, key);
      sink(std::as_const(key));
    }
    return n;
  }

private:
  schema const* schema_;
  std::string create_, drop_;
  std::size_t add_, remove_, clear_, first_, after_;
};

} // namespace zddm::sqlite
