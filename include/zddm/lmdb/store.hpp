// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <lmdb.h>

#include <zddm/core/digest.hpp>
#include <zddm/core/intent.hpp>
#include <zddm/core/intent_bytes.hpp>
#include <zddm/core/store.hpp>
#include <zddm/core/version.hpp>
#include <zddm/lmdb/codec.hpp>
#include <zddm/lmdb/environment.hpp>
#include <zddm/lmdb/intent_step.hpp>
#include <zddm/lmdb/table.hpp>
#include <zddm/lmdb/transaction.hpp>
#include <zddm/lmdb/versions.hpp>
#include <zddm/lmdb/walk.hpp>

namespace zddm::lmdb {

/// One database of an environment as a store, with every capability but `expiring_store`. It holds key bytes and value bytes as
/// the codec makes them and nothing else; records, versions, marks and counters stand beside it, in databases which
/// `create_records` makes. Each member is one transaction. Functions given to `visit`, `scan`, `records`, `marks` and `update`
/// must not write to the same environment.
template <class Key, class Value, class Codec = codec<Key, Value>> class store {
  using maybe = std::optional<Value>;

public:
  using key_type = Key;
  using value_type = Value;

  /// Makes the database if it is not there. Without a name it is the main one, see `table`.
  explicit store(environment& env, std::string name = {}) : table_(env, std::move(name)) {}

  /// What a loss of power may take away of what was committed; empty: nothing.
  std::string_view at_risk() const {
    switch (table_.env().options().durability) {
    case durability::every_commit: return {};
    case durability::last_commit: return "the last commit";
    case durability::none: break;
    }
    return "the environment";
  }

  // store, lending, insertable, updatable

  maybe get(Key const& key) const {
    auto const k = Codec::key_bytes(key);
    return table_.read([&](transaction const& t) { return value_in(t, table_.fit(k)); });
  }

  /// Lends what the codec lends, for text the bytes in the map, until the function returns.
  template <class F> bool visit(Key const& key, F&& f) const {
    auto const k = Codec::key_bytes(key);
    return table_.read([&](transaction const& t) {
      auto const bytes = t.get(table_.values(), table_.fit(k));
      if (!bytes) return false;
      if constexpr (requires { Codec::lend(*bytes); })
        f(Codec::lend(*bytes));
      else
        f(Codec::value_from(*bytes));
      return true;
    });
  }

  void put(Key const& key, Value const& value) {
    auto const k = Codec::key_bytes(key);
    auto const v = Codec::value_bytes(value);
    table_.write([&](transaction& t) { t.put(table_.values(), table_.fit(k), v); });
  }

  void erase(Key const& key) {
    auto const k = Codec::key_bytes(key);
    table_.write([&](transaction& t) { t.erase(table_.values(), table_.fit(k)); });
  }

  bool insert(Key const& key, Value const& value) {
    auto const k = Codec::key_bytes(key);
    auto const v = Codec::value_bytes(value);
    return table_.write([&](transaction& t) { return t.put(table_.values(), table_.fit(k), v, MDB_NOOVERWRITE); });
  }

  template <class F> maybe update(Key const& key, F&& f) {
    auto const k = Codec::key_bytes(key);
    return table_.write([&](transaction& t) {
      maybe next = f(value_in(t, table_.fit(k)));
      set(t, k, next);
      return next;
    });
  }

  // versioned, conditional

  versioned<Value> get_versioned(Key const& key) const {
    auto const k = Codec::key_bytes(key);
    return table_.read_beside(
        [&](transaction const& t, counters const&) { return versioned<Value>{value_in(t, table_.fit(k)), version_in(t, k)}; });
  }

  version put_next(Key const& key, Value const& value, std::uint64_t process) { return advance(key, value, process); }
  version erase_next(Key const& key, std::uint64_t process) { return advance(key, std::nullopt, process); }
  bool put_if_newer(Key const& key, Value const& value, version v) { return take(key, value, v); }
  bool erase_if_newer(Key const& key, version v) { return take(key, std::nullopt, v); }

  bool put_if_version(Key const& key, maybe const& value, version expected, version next) {
    auto const k = Codec::key_bytes(key);
    return table_.write_beside(
        [&](transaction& t, counters&) { return version_in(t, table_.fit(k)) == expected && set_versioned(t, k, value, next); });
  }

  // journaling

  void put_marked(Key const& key, Value const& value) { set_marked(key, value); }
  void erase_marked(Key const& key) { set_marked(key, std::nullopt); }

  template <class Sink> std::size_t marks(std::optional<Key> const& after, std::size_t limit, Sink&& sink) const {
    return walk_beside(&side_databases::marks, after, limit, [&](cursor const& at) { sink(Codec::key_from(at.key())); });
  }

  void clear_mark(Key const& key) {
    auto const k = Codec::key_bytes(key);
    table_.write_beside([&](transaction& t, counters&) { return t.erase(table_.sides().marks, table_.fit(k)); });
  }

  // scannable, batch

  template <class Sink> std::size_t scan(key_range<Key> const& range, std::size_t limit, Sink&& sink) const {
    if constexpr (requires(Key& k, Value& v, std::string_view b) { Codec::key_into(b, k), Codec::value_into(b, v); }) {
      Key key{};
      Value value{};
      return walk_rows(range, limit, [&](cursor const& at) {
        Codec::key_into(at.key(), key);
        Codec::value_into(at.value(), value);
        sink(std::move(key), std::move(value));
      });
    } else {
      return walk_rows(range, limit, [&](cursor const& at) { sink(Codec::key_from(at.key()), Codec::value_from(at.value())); });
    }
  }

  /// Reads no more than the bytes in the map, which are those of the codec that comes along.
  range_digest<Key> digest(key_range<Key> const& range, std::size_t limit) const
    requires std::is_same_v<Codec, codec<Key, Value>>
  {
    return table_.read([&](transaction const& t) {
      digester<Key, Value> d;
      std::string_view last;
      walk_in(t, table_.values(), range, limit, [&](cursor const& at) {
        last = at.key();
        d.add_bytes(last, at.value());
      });
      return d.result([&] { return Codec::key_from(last); });
    });
  }

  /// Walks all keys once.
  std::vector<Key> split_points(std::size_t n) const {
    std::uint64_t const rows = table_.size();
    std::uint64_t const parts = std::min<std::uint64_t>(n, rows) + 1;
    std::vector<Key> points;
    std::uint64_t at_row = 0;
    if (parts > 1)
      walk_rows({}, rows - 1, [&](cursor const& at) {
        if (++at_row * parts / rows > points.size()) points.push_back(Codec::key_from(at.key()));
      });
    return points;
  }

  std::uint64_t size() const { return table_.size(); }

  std::vector<maybe> get_many(std::span<Key const> keys) const {
    return table_.read([&](transaction const& t) {
      std::vector<maybe> values;
      values.reserve(keys.size());
      for (auto const& key : keys) {
        auto const k = Codec::key_bytes(key);
        values.push_back(value_in(t, table_.fit(k)));
      }
      return values;
    });
  }

  void put_many(std::span<entry<Key, Value> const> entries) {
    table_.write([&](transaction& t) {
      for (auto const& e : entries) {
        auto const k = Codec::key_bytes(e.key);
        t.put(table_.values(), table_.fit(k), Codec::value_bytes(e.value));
      }
    });
  }

  // intent

  /// `seen` is 0 where the value is there: no fill needs it.
  sighting<Value> look(Key const& key) const {
    auto const bytes = Codec::key_bytes(key);
    return table_.with_sides([&] {
      return table_.read([&](transaction const& t) -> std::optional<sighting<Value>> {
        std::string_view const k = table_.fit(bytes);
        if (auto value = value_in(t, k)) return sighting<Value>{knowledge::present, std::move(value), 0, false};
        if (!table_.sides().open) return std::nullopt;
        auto const seen = table_.counters_in(t).sequence;
        auto const record = intent_step::stored(table_, t, k);
        if (!record) return sighting<Value>{knowledge::unknown, {}, seen, false};
        // A row that is gone from under a record that says it is there was erased by who writes New alone.
        auto const known = record->known == knowledge::unknown ? knowledge::unknown : knowledge::absent;
        return sighting<Value>{known, {}, seen, !record->pending.empty(), record->generation};
      });
    });
  }

  std::optional<intent> begin(Key const& key, intent_id id) {
    return step(key, [&](intent_step& s) -> std::optional<intent> {
      if (s.record.marked() || s.c.sealed) return std::nullopt;
      s.drop();
      return s.record.begin(id, s.next());
    });
  }

  bool end(Key const& key, intent const& what, maybe const& value) {
    return step(key, [&](intent_step& s) {
      bool const carried = s.record.end(what, s.next(), value.has_value());
      if (carried) set(s.t, s.key, value);
      return carried;
    });
  }

  void release(Key const& key, intent const& what) {
    step(key, [&](intent_step& s) { return s.record.release(what, s.next()), true; });
  }

  template <class F> std::optional<std::pair<intent, maybe>> mark(Key const& key, F&& f, intent_id id) {
    return step(key, [&](intent_step& s) -> std::optional<std::pair<intent, maybe>> {
      if (!s.record.settled()) return std::nullopt;
      maybe next = f(value_in(s.t, s.key));
      set(s.t, s.key, next);
      intent const t = s.record.mark(id, s.next(), next.has_value());
      return std::pair(t, std::move(next));
    });
  }

  /// Sets what New knows, whatever was in flight: those writes lose their right to end with a value.
  void assign(Key const& key, maybe const& value) {
    step_anew(key, [&](intent_step& s) {
      set(s.t, s.key, value);
      s.record = {value ? knowledge::present : knowledge::absent, s.next(), {}};
      return true;
    });
  }

  bool fill(Key const& key, maybe const& value, std::uint64_t seen) {
    return step(key, [&](intent_step& s) {
      if (s.row() || !s.record.admits_fill(seen, s.c.floor)) return false;
      s.record.filled(value.has_value());
      set(s.t, s.key, value);
      return true;
    });
  }

  /// Fastest with keys that rise, above all beyond the last that is there.
  std::size_t fill_many(std::span<entry<Key, Value> const> entries, std::uint64_t seen) {
    return table_.write_beside([&](transaction& t, counters& c) {
      std::size_t applied = 0, filled = 0;
      if (seen < c.floor) return applied;
      bool const records = t.entries(table_.sides().intents) != 0;
      cursor at(t, table_.values());
      unsigned append = MDB_APPEND;
      for (auto const& e : entries) {
        auto const bytes = Codec::key_bytes(e.key);
        std::string_view const k = table_.fit(bytes);
        auto const record = records ? intent_step::stored(table_, t, k) : std::nullopt;
        if (record && !record->admits_fill(seen, c.floor)) continue;
        auto const v = Codec::value_bytes(e.value);
        bool inserted = at.insert(k, v, append);
        if (!inserted && std::exchange(append, 0) != 0) inserted = at.insert(k, v);
        if (!inserted) continue;
        ++applied;
        filled += k.size() + v.size();
        if (records) t.erase(table_.sides().intents, k);
      }
      table_.env().walked(filled);
      return applied;
    });
  }

  std::uint64_t fence(Key const& key) {
    return step_anew(key, [&](intent_step& s) {
      s.drop();
      s.record.fence(s.next());
      return s.c.sequence;
    });
  }

  void seal() {
    table_.write_beside([](transaction&, counters& c) { return c.sealed = true; });
  }

  std::uint64_t sequence() const {
    return table_.read_beside([](transaction const&, counters const& c) { return c.sequence; });
  }

  /// A damaged record is shown as one that knows nothing, so that whoever heals unknown keys finds it.
  template <class Sink> std::size_t records(std::optional<Key> const& after, std::size_t limit, Sink&& sink) const {
    return walk_beside(&side_databases::intents, after, limit,
                       [&](cursor const& at) { sink(Codec::key_from(at.key()), intent_record_or_unknown(at.value())); });
  }

  /// Drops rows, records, versions and marks; the sequence goes on, and a `fill` that saw the store before is refused.
  void clear() { table_.clear(); }
  void create_records() { table_.create_sides(); }
  /// Drops records, versions, marks and counters.
  void drop_records() { table_.drop_sides(); }

private:
  maybe value_in(transaction const& t, std::string_view key) const {
    auto const bytes = t.get(table_.values(), key);
    return bytes ? maybe(Codec::value_from(*bytes)) : std::nullopt;
  }
  void set(transaction& t, std::string_view key, maybe const& value) {
    if (value)
      t.put(table_.values(), key, Codec::value_bytes(*value));
    else
      t.erase(table_.values(), key);
  }

  version version_in(transaction const& t, std::string_view key) const { return versions::get(t, table_.sides(), key); }
  bool set_versioned(transaction& t, std::string_view key, maybe const& value, version v) {
    versions::set(t, table_.sides(), key, v);
    set(t, key, value);
    return true;
  }
  version advance(Key const& key, maybe const& value, std::uint64_t process) {
    auto const k = Codec::key_bytes(key);
    return table_.write_beside([&](transaction& t, counters&) {
      version const next{version_in(t, table_.fit(k)).counter + 1, process};
      set_versioned(t, k, value, next);
      return next;
    });
  }
  bool take(Key const& key, maybe const& value, version v) {
    auto const k = Codec::key_bytes(key);
    return table_.write_beside(
        [&](transaction& t, counters&) { return v > version_in(t, table_.fit(k)) && set_versioned(t, k, value, v); });
  }
  void set_marked(Key const& key, maybe const& value) {
    auto const k = Codec::key_bytes(key);
    table_.write_beside([&](transaction& t, counters&) {
      t.put(table_.sides().marks, table_.fit(k), {});
      set(t, k, value);
      return true;
    });
  }

  template <class F> auto step(Key const& key, F&& f) {
    auto const k = Codec::key_bytes(key);
    return table_.write_beside([&](transaction& t, counters& c) { return stepped(t, c, table_.fit(k), f); });
  }
  template <class F> auto step_anew(Key const& key, F&& f) {
    auto const k = Codec::key_bytes(key);
    return table_.write_beside([&](transaction& t, counters& c) {
      intent_step::forget(table_, t, table_.fit(k));
      return stepped(t, c, k, f);
    });
  }
  template <class F> auto stepped(transaction& t, counters& c, std::string_view key, F& f) {
    intent_step s(table_, t, c, key);
    auto result = f(s);
    s.keep();
    return result;
  }
  static std::optional<std::string> key_bytes(std::optional<Key> const& key) {
    return key ? std::optional<std::string>(std::string_view(Codec::key_bytes(*key))) : std::nullopt;
  }
  template <class F>
  std::size_t walk_in(transaction const& t, database db, key_range<Key> const& range, std::size_t limit, F&& f) const {
    return walk(table_, t, db, {key_bytes(range.after), key_bytes(range.upto)}, limit, f);
  }
  template <class F> std::size_t walk_rows(key_range<Key> const& range, std::size_t limit, F&& f) const {
    return table_.read([&](transaction const& t) { return walk_in(t, table_.values(), range, limit, f); });
  }
  template <class F>
  std::size_t walk_beside(database side_databases::* db, std::optional<Key> const& after, std::size_t limit, F&& f) const {
    return table_.read_beside(
        [&](transaction const& t, counters const&) { return walk_in(t, table_.sides().*db, {after, std::nullopt}, limit, f); });
  }

  mutable table table_;
};

} // namespace zddm::lmdb
