// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

#include <zddm/core/error.hpp>
#include <zddm/core/intent.hpp>
#include <zddm/core/intent_bytes.hpp>
#include <zddm/sqlite/columns.hpp>
#include <zddm/sqlite/database.hpp>
#include <zddm/sqlite/schema.hpp>

namespace zddm::sqlite {

/// The intent records of a table in one side table, the store's sequence number and floor in another; each call is part of
/// the caller's transaction.
template <class Key> class intents {
public:
  intents(database& d, schema const& s) : schema_(&s) {
    auto const table = s.side("intents"), keys = s.side_keys(), meta = s.side("meta");
    auto const n = columns<Key>::count;
    create_ =
        "CREATE TABLE IF NOT EXISTS " + table + " (" + s.side_definition() + "record BLOB NOT NULL, PRIMARY KEY (" + keys +
        ")) WITHOUT ROWID; CREATE TABLE IF NOT EXISTS " + meta +
        " (id INTEGER PRIMARY KEY CHECK (id = 1), format INTEGER NOT NULL, sequence INTEGER NOT NULL, floor INTEGER NOT NULL)";
    drop_ = "DROP TABLE IF EXISTS " + table + "; DROP TABLE IF EXISTS " + meta;
    start_ = d.statement("INSERT INTO " + meta + " VALUES (1, " + std::to_string(format) + ", ?1, ?1) ON CONFLICT DO NOTHING");
    format_ = "SELECT format FROM " + meta;
    load_ = d.statement("SELECT record FROM " + table + s.side_where());
    save_ = d.statement("INSERT INTO " + table + " VALUES (" + s.parameters(1, n + 1) + ") ON CONFLICT (" + keys +
                        ") DO UPDATE SET record = excluded.record");
    remove_ = d.statement("DELETE FROM " + table + s.side_where());
    any_ = d.statement("SELECT EXISTS (SELECT 1 FROM " + table + ")");
    clear_ = d.statement("DELETE FROM " + table);
    first_ = d.statement("SELECT " + keys + ", record FROM " + table + " ORDER BY " + keys);
    after_ = d.statement("SELECT " + keys + ", record FROM " + table + s.side_after() + " ORDER BY " + keys);
    sequence_ = d.statement("SELECT sequence, floor FROM " + meta);
    next_ = d.statement("UPDATE " + meta + " SET sequence = sequence + 1 RETURNING sequence");
    raise_ = d.statement("UPDATE " + meta + " SET floor = sequence");
    seal_ = d.statement("UPDATE " + meta + " SET floor = -abs(floor)");
  }

  /// The sequence starts at the time of day in microseconds, above that of records dropped before, so that a fill that looked
  /// at those is refused. Throws `store_error` (permanent) if the records are there in another format.
  void create(session& s) const {
    s.connection().execute(create_);
    auto const now = std::chrono::system_clock::now().time_since_epoch();
    auto q = s.run(start_);
    q.bind_integer(1, std::chrono::duration_cast<std::chrono::microseconds>(now).count());
    q.finish();
    if (s.connection().ask(format_) != std::to_string(format))
      throw store_error(error_class::permanent,
                        "the records beside table " + schema_->table() +
                            " have a format this version of zddm does not know; nothing "
                            "was changed. Run a version at least as new as the one that made them",
                        127);
  }
  void drop(session& s) const { s.connection().execute(drop_); }

  std::optional<intent_record> load(session& s, Key const& key) const {
    auto q = schema_->run(s, load_, key);
    if (!q.step()) return std::nullopt;
    return intent_record_from(q.bytes(0));
  }

  /// Keeps the record, or none if the row alone says everything; `stored` tells whether there was one.
  void save(session& s, Key const& key, intent_record const& record, bool stored) const {
    if (record.redundant()) {
      if (stored) remove(s, key);
      return;
    }
    auto const bytes = to_bytes(record);
    auto q = schema_->run(s, save_, key);
    q.bind_blob(schema_->keys() + 1, bytes);
    q.finish();
  }
  void remove(session& s, Key const& key) const { schema_->run(s, remove_, key).finish(); }

  bool empty(session& s) const {
    auto q = s.run(any_);
    q.step();
    return q.integer(0) == 0;
  }

  std::uint64_t sequence(session& s) const { return static_cast<std::uint64_t>(numbers(s, 0)); }
  std::uint64_t floor(session& s) const { return static_cast<std::uint64_t>(std::abs(numbers(s, 1))); }
  bool sealed(session& s) const { return numbers(s, 1) < 0; }
  void seal(session& s) const { s.run(seal_).finish(); }
  std::uint64_t next(session& s) const {
    auto q = s.run(next_);
    q.step();
    auto const n = static_cast<std::uint64_t>(q.integer(0));
    q.finish();
    return n;
  }

  /// Forgets all records, and refuses every fill that looked before.
  void clear(session& s) const {
    s.run(clear_).finish();
    s.run(next_).finish();
    s.run(raise_).finish();
  }

  /// A damaged record is shown as one that knows nothing. Calls `sink(key, record)` for at most `limit` records above `after`, in
  /// the order of the keys; says how many.
  template <class Sink> std::size_t list(session& s, std::optional<Key> const& after, std::size_t limit, Sink&& sink) const {
    auto q = after ? schema_->run(s, after_, *after) : s.run(first_);
    Key key{};
    std::size_t n = 0;
    for (; n < limit && q.step(); ++n) {
      schema_->read_key(q, key);
      auto const record = intent_record_or_unknown(q.bytes(schema_->keys()));
      sink(std::as_const(key), record);
    }
    return n;
  }

private:
  static constexpr int format = 1;

  /// The last number given out, and the least that a fill may have seen: below zero in a sealed store.
  std::int64_t numbers(session& s, int at) const {
    auto q = s.run(sequence_);
    return q.step() ? q.integer(at) : 0;
  }

  schema const* schema_;
  std::string create_, drop_, format_;
  std::size_t start_, load_, save_, remove_, any_, clear_, first_, after_, sequence_, next_, raise_, seal_;
};

} // namespace zddm::sqlite
