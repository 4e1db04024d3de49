// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <zddm/core/intent.hpp>
#include <zddm/core/store.hpp>
#include <zddm/core/version.hpp>
#include <zddm/sqlite/database.hpp>
#include <zddm/sqlite/intent_step.hpp>
#include <zddm/sqlite/intents.hpp>
#include <zddm/sqlite/marks.hpp>
#include <zddm/sqlite/rows.hpp>
#include <zddm/sqlite/table_options.hpp>
#include <zddm/sqlite/transaction.hpp>
#include <zddm/sqlite/versions.hpp>

namespace zddm::sqlite {

/// A table of a SQLite file, one that is there or one it makes, with every capability of `core/store.hpp` but lending and
/// expiry. Rows look as an application would write them; columns the value does not name are left alone. Records, versions and
/// marks stand in side tables. Throws `store_error`, and `unmappable` for what a column cannot keep or a type cannot hold.
template <class Key, class Value> class store {
public:
  using key_type = Key;
  using value_type = Value;

  /// The database must outlive the store.
  store(database& d, table_options const& options)
      : database_(&d), rows_(d, options), records_(d, rows_.schema()), versions_(d, rows_.schema()), marks_(d, rows_.schema()) {}

  /// What a loss of power may take away of what was committed; empty: nothing.
  std::string_view at_risk() const {
    switch (database_->options().synchronous) {
    case synchronous::full: return {};
    case synchronous::normal: return "the last commits";
    case synchronous::off: break;
    }
    return "the file";
  }

  /// Makes the table if there is none of its name.
  void create_table() {
    auto s = database_->session();
    transaction t(s, access::write);
    s.connection().execute(rows_.schema().create());
    t.commit();
  }

  /// Drops the table and all that stands beside it, if they are there.
  void drop_table() {
    auto s = database_->session();
    transaction t(s, access::write);
    s.connection().execute(rows_.schema().drop());
    drop_beside(s);
    t.commit();
  }

  // store, insertable, updatable

  std::optional<Value> get(Key const& key) {
    auto s = rows_.open();
    return rows_.get(s, key);
  }

  void put(Key const& key, Value const& value) {
    auto s = rows_.open();
    transaction t(s, access::write);
    rows_.put(s, key, value);
    t.commit();
  }

  void erase(Key const& key) {
    auto s = rows_.open();
    transaction t(s, access::write);
    rows_.erase(s, key);
    t.commit();
  }

  bool insert(Key const& key, Value const& value) {
    auto s = rows_.open();
    transaction t(s, access::write);
    bool const inserted = rows_.insert(s, key, value);
    t.commit();
    return inserted;
  }

  /// The function runs once, in a write transaction that holds up every other writer of the file.
  template <class F> std::optional<Value> update(Key const& key, F&& f) {
    auto s = rows_.open();
    transaction t(s, access::write);
    std::optional<Value> next = f(rows_.get(s, key));
    rows_.set(s, key, next);
    t.commit();
    return next;
  }

  // scannable, batch

  /// One snapshot; `sink` may take what it is given.
  template <class Sink> std::size_t scan(key_range<Key> const& range, std::size_t limit, Sink&& sink) {
    auto s = rows_.open();
    return rows_.scan(s, range, limit, sink);
  }

  /// Walks all keys once.
  std::vector<Key> split_points(std::size_t n) {
    auto s = rows_.open();
    transaction t(s, access::read);
    return rows_.split_points(s, n);
  }

  /// Walks all keys once, in one snapshot.
  zddm::strides<Key> strides(std::uint64_t n) {
    auto s = rows_.open();
    transaction t(s, access::read);
    return rows_.strides(s, n);
  }

  std::uint64_t size() {
    auto s = rows_.open();
    return rows_.count(s);
  }

  /// One snapshot.
  std::vector<std::optional<Value>> get_many(std::span<Key const> keys) {
    auto s = rows_.open();
    transaction t(s, access::read);
    std::vector<std::optional<Value>> values;
    values.reserve(keys.size());
    for (auto const& key : keys) values.push_back(rows_.get(s, key));
    return values;
  }

  void put_many(std::span<entry<Key, Value> const> entries) {
    auto s = rows_.open();
    transaction t(s, access::write);
    auto q = rows_.putting(s);
    for (auto const& e : entries) {
      rows_.bind(q, e.key, e.value);
      q.finish();
      q.again();
    }
    t.commit();
  }

  // versioned, conditional

  versioned<Value> get_versioned(Key const& key) {
    auto s = rows_.open();
    transaction t(s, access::read);
    auto const v = versions_.get(s, key);
    return {rows_.get(s, key), v};
  }

  version put_next(Key const& key, Value const& value, std::uint64_t process) { return advance(key, value, process); }
  version erase_next(Key const& key, std::uint64_t process) { return advance(key, std::nullopt, process); }
  bool put_if_newer(Key const& key, Value const& value, version v) { return take(key, value, v); }
  bool erase_if_newer(Key const& key, version v) { return take(key, std::nullopt, v); }

  bool put_if_version(Key const& key, std::optional<Value> const& value, version expected, version next) {
    auto s = rows_.open();
    transaction t(s, access::write);
    if (versions_.get(s, key) != expected) return false;
    versions_.set(s, key, next);
    rows_.set(s, key, value);
    t.commit();
    return true;
  }

  // journaling

  void put_marked(Key const& key, Value const& value) { set_marked(key, value); }
  void erase_marked(Key const& key) { set_marked(key, std::nullopt); }

  template <class Sink> std::size_t marks(std::optional<Key> const& after, std::size_t limit, Sink&& sink) {
    auto s = rows_.open();
    return marks_.list(s, after, limit, sink);
  }

  void clear_mark(Key const& key) {
    auto s = rows_.open();
    transaction t(s, access::write);
    marks_.remove(s, key);
    t.commit();
  }

  // intent

  /// Reads the row only where there is one: `seen` is then 0, and of use to nobody.
  sighting<Value> look(Key const& key) {
    auto s = rows_.open();
    if (auto value = rows_.get(s, key)) return {knowledge::present, std::move(value), 0, false};
    transaction t(s, access::read);
    if (auto value = rows_.get(s, key)) return {knowledge::present, std::move(value), 0, false};
    auto const record = records_.load(s, key);
    bool const unknown = !record || record->known == knowledge::unknown;
    bool const pending = record && !record->pending.empty();
    return {unknown ? knowledge::unknown : knowledge::absent, {}, records_.sequence(s), pending, record ? record->generation : 0};
  }

  std::optional<intent> begin(Key const& key, intent_id id) {
    return step(key, [&](auto& s) -> std::optional<intent> {
      if (s.record.marked() || s.sealed()) return std::nullopt;
      s.drop();
      return s.record.begin(id, s.next());
    });
  }

  bool end(Key const& key, intent const& t, std::optional<Value> const& value) {
    return step(key, [&](auto& s) {
      bool const carried = s.record.end(t, s.next(), value.has_value());
      if (carried) s.set(value);
      return carried;
    });
  }

  void release(Key const& key, intent const& t) {
    step(key, [&](auto& s) { return s.record.release(t, s.next()), true; });
  }

  template <class F> std::optional<std::pair<intent, std::optional<Value>>> mark(Key const& key, F&& f, intent_id id) {
    return step(key, [&](auto& s) -> std::optional<std::pair<intent, std::optional<Value>>> {
      if (!s.record.settled()) return std::nullopt;
      std::optional<Value> next = f(s.get());
      s.set(next);
      auto const made = s.record.mark(id, s.next(), next.has_value());
      return std::pair(made, std::move(next));
    });
  }

  /// Sets what New knows, whatever was in flight: those writes lose their right to end with a value.
  void assign(Key const& key, std::optional<Value> const& value) {
    step(
        key,
        [&](auto& s) {
          s.set(value);
          s.record = {value ? knowledge::present : knowledge::absent, s.next(), {}};
          return true;
        },
        basis::none);
  }

  bool fill(Key const& key, std::optional<Value> const& value, std::uint64_t seen) {
    return step(key, [&](auto& s) {
      if (!s.record.admits_fill(seen, s.floor()) || s.has()) return false;
      s.record.filled(value.has_value());
      s.set(value);
      return true;
    });
  }

  /// One transaction; a value that cannot be kept fails it as a whole.
  std::size_t fill_many(std::span<entry<Key, Value> const> entries, std::uint64_t seen) {
    auto s = rows_.open();
    transaction t(s, access::write);
    auto const floor = records_.floor(s);
    if (seen < floor) return 0;
    bool const no_records = records_.empty(s);
    auto q = rows_.inserting(s);
    std::size_t filled = 0;
    for (auto const& e : entries) {
      auto const record = no_records ? std::nullopt : records_.load(s, e.key);
      if (record && !record->admits_fill(seen, floor)) continue;
      rows_.bind(q, e.key, e.value);
      q.finish();
      auto const inserted = q.changes();
      q.again();
      filled += inserted;
      if (record && inserted != 0) records_.remove(s, e.key);
    }
    t.commit();
    return filled;
  }

  std::uint64_t fence(Key const& key) {
    return step(
        key,
        [&](auto& s) {
          s.drop();
          s.record.fence(s.next());
          return s.record.generation;
        },
        basis::none);
  }

  void seal() {
    auto s = rows_.open();
    transaction t(s, access::write);
    records_.seal(s);
    t.commit();
  }

  std::uint64_t sequence() {
    auto s = rows_.open();
    return records_.sequence(s);
  }

  template <class Sink> std::size_t records(std::optional<Key> const& after, std::size_t limit, Sink&& sink) {
    auto s = rows_.open();
    return records_.list(s, after, limit, sink);
  }

  /// Drops rows, records, versions and marks; a `fill` that looked before is refused.
  void clear() {
    auto s = rows_.open();
    transaction t(s, access::write);
    rows_.clear(s);
    records_.clear(s);
    versions_.clear(s);
    marks_.clear(s);
    t.commit();
  }

  /// Makes the side tables, if they are not there.
  void create_records() {
    auto s = database_->session();
    transaction t(s, access::write);
    records_.create(s);
    versions_.create(s);
    marks_.create(s);
    t.commit();
  }

  /// Drops the side tables, if they are there.
  void drop_records() {
    auto s = database_->session();
    transaction t(s, access::write);
    drop_beside(s);
    t.commit();
  }

private:
  /// One step on a key's row and record.
  template <class F> auto step(Key const& key, F f, basis from = basis::stored) {
    auto s = rows_.open();
    transaction t(s, access::write);
    intent_step<Key, Value> one(rows_, records_, s, key, from);
    auto result = f(one);
    one.keep();
    t.commit();
    return result;
  }

  version advance(Key const& key, std::optional<Value> const& value, std::uint64_t process) {
    auto s = rows_.open();
    transaction t(s, access::write);
    version const next{versions_.get(s, key).counter + 1, process};
    versions_.set(s, key, next);
    rows_.set(s, key, value);
    t.commit();
    return next;
  }

  bool take(Key const& key, std::optional<Value> const& value, version v) {
    auto s = rows_.open();
    transaction t(s, access::write);
    if (v <= versions_.get(s, key)) return false;
    versions_.set(s, key, v);
    rows_.set(s, key, value);
    t.commit();
    return true;
  }

  void set_marked(Key const& key, std::optional<Value> const& value) {
    auto s = rows_.open();
    transaction t(s, access::write);
    marks_.add(s, key);
    rows_.set(s, key, value);
    t.commit();
  }

  void drop_beside(session& s) {
    records_.drop(s);
    versions_.drop(s);
    marks_.drop(s);
  }

  database* database_;
  sqlite::rows<Key, Value> rows_;
  intents<Key> records_;
  sqlite::versions<Key> versions_;
  sqlite::marks<Key> marks_;
};

} // namespace zddm::sqlite
