// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <span>
#include <utility>
#include <vector>

#include <zddm/core/digest.hpp>
#include <zddm/core/intent.hpp>
#include <zddm/core/key.hpp>
#include <zddm/core/record.hpp>
#include <zddm/core/store.hpp>
#include <zddm/core/version.hpp>
#include <zddm/memory/rows.hpp>

namespace zddm::memory {

/// An ordered store in the memory of one process, with every capability of `core/store.hpp`. Each member is one atomic step
/// under one lock. Functions handed to `visit`, `scan`, `records`, `marks` and `update` run under that lock: they must not
/// call the store. Fails only where the memory runs out.
template <class Key, class Value, class Compare = std::less<Key>> class store {
public:
  using key_type = Key;
  using value_type = Value;
  using time_point = std::chrono::steady_clock::time_point;

  store() = default;
  /// Rows put with a time to live end by this clock.
  explicit store(std::function<time_point()> now) : rows_(std::move(now)) {}

  // store, lending, insertable, updatable

  std::optional<Value> get(Key const& key) const {
    std::shared_lock const lock(mutex_);
    return rows_.get(key);
  }

  template <class F> bool visit(Key const& key, F&& f) const {
    std::shared_lock const lock(mutex_);
    Value const* const value = rows_.find(key);
    if (value) f(*value);
    return value != nullptr;
  }

  void put(Key const& key, Value const& value) {
    auto const lock = exclusive();
    rows_.set(key, value);
  }

  void erase(Key const& key) {
    auto const lock = exclusive();
    rows_.set(key, std::nullopt);
  }

  bool insert(Key const& key, Value const& value) {
    auto const lock = exclusive();
    return rows_.insert(key, value);
  }

  template <class F> std::optional<Value> update(Key const& key, F&& f) {
    auto const lock = exclusive();
    std::optional<Value> changed = f(rows_.get(key));
    rows_.set(key, changed);
    return changed;
  }

  // versioned, conditional

  versioned<Value> get_versioned(Key const& key) const {
    std::shared_lock const lock(mutex_);
    return {rows_.get(key), held(key)};
  }

  version put_next(Key const& key, Value const& value, std::uint64_t process) { return advance(key, value, process); }
  version erase_next(Key const& key, std::uint64_t process) { return advance(key, std::nullopt, process); }
  bool put_if_newer(Key const& key, Value const& value, version v) { return take(key, value, v); }
  bool erase_if_newer(Key const& key, version v) { return take(key, std::nullopt, v); }

  bool put_if_version(Key const& key, std::optional<Value> const& value, version expected, version next) {
    auto const lock = exclusive();
    if (held(key) != expected) return false;
    versions_[key] = next;
    rows_.set(key, value);
    return true;
  }

  // journaling

  void put_marked(Key const& key, Value const& value) { set_marked(key, value); }
  void erase_marked(Key const& key) { set_marked(key, std::nullopt); }

  template <class Sink> std::size_t marks(std::optional<Key> const& after, std::size_t limit, Sink&& sink) const {
    std::shared_lock const lock(mutex_);
    std::size_t n = 0;
    for (auto it = after ? marks_.upper_bound(*after) : marks_.begin(); it != marks_.end() && n < limit; ++it, ++n) sink(*it);
    return n;
  }

  void clear_mark(Key const& key) {
    auto const lock = exclusive();
    marks_.erase(key);
  }

  // scannable, batch

  template <class Sink> std::size_t scan(key_range<Key> const& range, std::size_t limit, Sink&& sink) const {
    std::shared_lock const lock(mutex_);
    return rows_.walk(range, limit, sink);
  }

  range_digest<Key> digest(key_range<Key> const& range, std::size_t limit) const
    requires keyable<Key> && field<Value>
  {
    digester<Key, Value> d;
    Key const* last = nullptr;
    std::shared_lock const lock(mutex_);
    rows_.walk(range, limit, [&](Key const& key, Value const& value) {
      d.add(key, value);
      last = &key;
    });
    return d.result([&] { return *last; });
  }

  /// Walks all rows once.
  std::vector<Key> split_points(std::size_t n) const {
    std::shared_lock const lock(mutex_);
    return rows_.split_points(n);
  }

  /// Counts the rows one by one only while some of them have a time to live.
  std::uint64_t size() const {
    std::shared_lock const lock(mutex_);
    return rows_.size();
  }

  std::vector<std::optional<Value>> get_many(std::span<Key const> keys) const {
    std::shared_lock const lock(mutex_);
    std::vector<std::optional<Value>> values;
    values.reserve(keys.size());
    for (auto const& key : keys) values.push_back(rows_.get(key));
    return values;
  }

  void put_many(std::span<entry<Key, Value> const> entries) {
    auto const lock = exclusive();
    for (auto const& e : entries) rows_.set(e.key, e.value);
  }

  // expiring

  /// Nothing for a row that lives for ever; zero for a key that is not there.
  std::optional<std::chrono::milliseconds> remaining(Key const& key) const {
    std::shared_lock const lock(mutex_);
    return rows_.remaining(key);
  }

  /// As `put`, but the key is absent once `ttl` has passed.
  void put_for(Key const& key, Value const& value, std::chrono::milliseconds ttl) {
    auto const lock = exclusive();
    rows_.set_for(key, value, ttl);
  }

  // intent

  sighting<Value> look(Key const& key) const {
    std::shared_lock const lock(mutex_);
    if (auto value = rows_.get(key)) return {knowledge::present, std::move(value), sequence_, false};
    auto const it = records_.find(key);
    if (it == records_.end()) return {knowledge::unknown, {}, sequence_, false};
    bool const unknown = it->second.known == knowledge::unknown;
    return {unknown ? knowledge::unknown : knowledge::absent, {}, sequence_, !it->second.pending.empty(), it->second.generation};
  }

  std::optional<intent> begin(Key const& key, intent_id id) {
    return step(key, [&](intent_record& record) -> std::optional<intent> {
      if (sealed_ || record.marked()) return std::nullopt;
      rows_.set(key, std::nullopt);
      return record.begin(id, ++sequence_);
    });
  }

  bool end(Key const& key, intent const& t, std::optional<Value> const& value) {
    return step(key, [&](intent_record& record) {
      bool const carried = record.end(t, ++sequence_, value.has_value());
      if (carried) rows_.set(key, value);
      return carried;
    });
  }

  void release(Key const& key, intent const& t) {
    step(key, [&](intent_record& record) { return record.release(t, ++sequence_), true; });
  }

  template <class F> std::optional<std::pair<intent, std::optional<Value>>> mark(Key const& key, F&& f, intent_id id) {
    return step(key, [&](intent_record& record) -> std::optional<std::pair<intent, std::optional<Value>>> {
      if (!record.settled()) return std::nullopt;
      std::optional<Value> next = f(rows_.get(key));
      rows_.set(key, next);
      intent const t = record.mark(id, ++sequence_, next.has_value());
      return std::pair(t, std::move(next));
    });
  }

  /// Sets what New knows, whatever was in flight: those writes lose their right to end with a value.
  void assign(Key const& key, std::optional<Value> const& value) {
    auto const lock = exclusive();
    rows_.set(key, value);
    keep(key, {value ? knowledge::present : knowledge::absent, ++sequence_, {}});
  }

  bool fill(Key const& key, std::optional<Value> const& value, std::uint64_t seen) {
    auto const lock = exclusive();
    return try_fill(key, value, seen);
  }

  std::size_t fill_many(std::span<entry<Key, Value> const> entries, std::uint64_t seen) {
    auto const lock = exclusive();
    std::size_t applied = 0;
    for (auto const& e : entries) applied += try_fill(e.key, e.value, seen);
    return applied;
  }

  std::uint64_t fence(Key const& key) {
    return step(key, [&](intent_record& record) {
      rows_.set(key, std::nullopt);
      record.fence(++sequence_);
      return sequence_;
    });
  }

  void seal() {
    auto const lock = exclusive();
    sealed_ = true;
  }

  std::uint64_t sequence() const {
    std::shared_lock const lock(mutex_);
    return sequence_;
  }

  template <class Sink> std::size_t records(std::optional<Key> const& after, std::size_t limit, Sink&& sink) const {
    std::shared_lock const lock(mutex_);
    std::size_t n = 0;
    for (auto it = after ? records_.upper_bound(*after) : records_.begin(); it != records_.end() && n < limit; ++it, ++n)
      sink(it->first, it->second);
    return n;
  }

  /// Drops rows, records, versions and marks; a `fill` that saw the store before is refused.
  void clear() {
    auto const lock = exclusive();
    rows_.clear();
    forget();
  }

  void create_records() {}

  /// Drops records, versions and marks; a `fill` that saw the store before is refused.
  void drop_records() {
    auto const lock = exclusive();
    forget();
  }

private:
  /// The lock of a writer, after the rows whose time has come are gone: a writer never meets an expired row.
  std::unique_lock<std::shared_mutex> exclusive() {
    std::unique_lock lock(mutex_);
    rows_.drop_expired();
    return lock;
  }

  version held(Key const& key) const {
    auto const it = versions_.find(key);
    return it == versions_.end() ? version{} : it->second;
  }
  version advance(Key const& key, std::optional<Value> const& value, std::uint64_t process) {
    auto const lock = exclusive();
    version const next{held(key).counter + 1, process};
    versions_[key] = next;
    rows_.set(key, value);
    return next;
  }
  bool take(Key const& key, std::optional<Value> const& value, version v) {
    auto const lock = exclusive();
    if (v <= held(key)) return false;
    versions_[key] = v;
    rows_.set(key, value);
    return true;
  }
  void set_marked(Key const& key, std::optional<Value> const& value) {
    auto const lock = exclusive();
    marks_.insert(key);
    rows_.set(key, value);
  }

  /// One step on a key's row and record.
  template <class F> auto step(Key const& key, F&& f) {
    auto const lock = exclusive();
    intent_record const before = load(key);
    intent_record record = before;
    auto result = f(record);
    if (record != before) keep(key, record);
    return result;
  }

  intent_record load(Key const& key) const {
    if (auto const it = records_.find(key); it != records_.end()) return it->second;
    return {rows_.find(key) ? knowledge::present : knowledge::unknown, 0, {}};
  }
  void keep(Key const& key, intent_record const& record) {
    if (record.redundant())
      records_.erase(key);
    else
      records_.insert_or_assign(key, record);
  }
  bool try_fill(Key const& key, std::optional<Value> const& value, std::uint64_t seen) {
    intent_record record = load(key);
    if (rows_.find(key) || !record.admits_fill(seen, floor_)) return false;
    record.filled(value.has_value());
    rows_.set(key, value);
    keep(key, record);
    return true;
  }
  void forget() {
    records_.clear();
    versions_.clear();
    marks_.clear();
    floor_ = ++sequence_;
    sealed_ = false;
  }

  mutable std::shared_mutex mutex_;
  rows<Key, Value, Compare> rows_;
  std::map<Key, intent_record, Compare> records_;
  std::map<Key, version, Compare> versions_;
  std::set<Key, Compare> marks_;
  std::uint64_t sequence_ = 1;
  std::uint64_t floor_ = 0;
  bool sealed_ = false;
};

} // namespace zddm::memory
