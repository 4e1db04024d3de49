// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <zddm/core/record.hpp>
#include <zddm/core/store.hpp>
#include <zddm/sqlite/cell.hpp>
#include <zddm/sqlite/columns.hpp>
#include <zddm/sqlite/database.hpp>
#include <zddm/sqlite/schema.hpp>
#include <zddm/sqlite/table_options.hpp>

namespace zddm::sqlite {

/// The rows of a table as keys and values; each call is one statement, and part of the session's transaction if it has one.
/// Throws `store_error` if the table does not fit, and `unmappable` for what a column cannot keep or a type cannot hold.
template <class Key, class Value> class rows {
public:
  rows(database& d, table_options const& options)
      : database_(&d), schema_(options, columns<Key>::described(), columns<Value>::described()) {
    zddm::detail::require_field<Value>();
  }
  rows(rows const&) = delete;
  rows& operator=(rows const&) = delete;

  sqlite::schema const& schema() const noexcept { return schema_; }

  /// A session in which the table is known to fit.
  session open() {
    auto s = database_->session();
    if (!fits_.load(std::memory_order_acquire)) {
      auto kinds = schema_.check(s.connection());
      std::lock_guard const lock(fitting_);
      if (!fits_.load(std::memory_order_relaxed)) affinities_ = std::move(kinds);
      fits_.store(true, std::memory_order_release);
    }
    return s;
  }

  bool has(session& s, Key const& key) { return schema_.run(s, probe_, key).step(); }

  std::optional<Value> get(session& s, Key const& key) {
    auto q = schema_.run(s, get_, key);
    if (!q.step()) return std::nullopt;
    std::optional<Value> value(std::in_place);
    read(q, 0, *value);
    return value;
  }

  void put(session& s, Key const& key, Value const& value) {
    auto q = s.run(put_);
    bind(q, key, value);
    q.finish();
  }

  bool insert(session& s, Key const& key, Value const& value) {
    auto q = s.run(insert_);
    bind(q, key, value);
    q.finish();
    return q.changes() != 0;
  }

  void erase(session& s, Key const& key) { schema_.run(s, erase_, key).finish(); }

  /// Puts the value, or erases where there is none.
  void set(session& s, Key const& key, std::optional<Value> const& value) {
    if (value)
      put(s, key, *value);
    else
      erase(s, key);
  }

  void clear(session& s) { s.run(clear_).finish(); }

  std::uint64_t count(session& s) {
    auto q = s.run(count_);
    q.step();
    return static_cast<std::uint64_t>(q.integer(0));
  }

  /// Calls `sink(key, value)` for at most `limit` rows of the range, in the order of the keys; says how many. `sink` may take
  /// what it is given; what it leaves is used for the next row.
  template <class Sink> std::size_t scan(session& s, key_range<Key> const& range, std::size_t limit, Sink&& sink) {
    auto q = s.run(scan_[range.after.has_value()][range.upto.has_value()]);
    if (range.after) schema_.bind_key(q, 1, *range.after);
    if (range.upto) schema_.bind_key(q, 1 + schema_.keys(), *range.upto);
    Key key{};
    Value value{};
    std::size_t n = 0;
    for (; n < limit && q.step(); ++n) {
      schema_.read_key(q, key);
      read(q, schema_.keys(), value);
      sink(std::move(key), std::move(value));
    }
    return n;
  }

  /// Walks all keys once, in a transaction of the caller.
  zddm::strides<Key> strides(session& s, std::uint64_t n) {
    zddm::strides<Key> found;
    for (;; found.rows += n) {
      auto q = s.run(key_further_[!found.keys.empty()]);
      if (!found.keys.empty()) schema_.bind_key(q, 1, found.keys.back());
      q.bind_integer(schema_.keys() + 1, static_cast<std::int64_t>(n - 1));
      if (!q.step()) break;
      Key key{};
      schema_.read_key(q, key);
      found.keys.push_back(std::move(key));
    }
    auto const left = found.keys.empty() ? count(s) : count_after(s, found.keys.back());
    if (left == 0) return found;
    found.rows += left;
    auto q = s.run(last_key_);
    q.step();
    schema_.read_key(q, found.keys.emplace_back());
    return found;
  }

  /// At most n keys that cut the rows into parts of about the same size; walks all keys once, in a transaction of the caller.
  std::vector<Key> split_points(session& s, std::size_t n) {
    std::uint64_t const all = count(s), parts = std::uint64_t{n} + 1;
    if (all == 0) return {};
    auto keys = strides(s, all / parts + (all % parts != 0)).keys;
    keys.pop_back();
    return keys;
  }

  /// The statement of `put` or `insert`, for many rows in a row.
  statement putting(session& s) { return s.run(put_); }
  statement inserting(session& s) { return s.run(insert_); }
  void bind(statement& q, Key const& key, Value const& value) {
    schema_.bind_key(q, 1, key);
    columns<Value>::each(value, [&]<class Member>(std::size_t i, Member const& member) {
      if (auto const k = schema_.shared(i)) {
        if (!is_part(key, *k, member)) schema_.other_key(i);
      } else if (!cell<Member>::bind(q, schema_.keys() + 1 + static_cast<int>(i), member, affinities_[i])) {
        schema_.cannot_keep_value(i);
      }
    });
  }

private:
  std::uint64_t count_after(session& s, Key const& key) {
    auto q = schema_.run(s, count_after_, key);
    q.step();
    return static_cast<std::uint64_t>(q.integer(0));
  }

  void read(statement const& q, int first, Value& value) {
    columns<Value>::each(value, [&]<class Member>(std::size_t i, Member& member) {
      if (!cell<Member>::read(q, first + static_cast<int>(i), member)) schema_.cannot_read_value(i);
    });
  }

  template <class Member> static bool is_part(Key const& key, std::size_t k, Member const& member) {
    bool same = false;
    columns<Key>::each(key, [&](std::size_t i, auto const& part) {
      if (i == k) same = agree(part, member);
    });
    return same;
  }

  template <class Part, class Member> static bool agree(Part const& part, Member const& member) {
    if constexpr (std::same_as<Part, Member>)
      return part == member;
    else if constexpr (std::integral<Part> && std::integral<Member>)
      return static_cast<std::int64_t>(part) == static_cast<std::int64_t>(member);
    else
      return false;
  }

  database* database_;
  sqlite::schema schema_;
  std::size_t get_ = database_->statement(schema_.get());
  std::size_t probe_ = database_->statement(schema_.probe());
  std::size_t put_ = database_->statement(schema_.put());
  std::size_t insert_ = database_->statement(schema_.insert());
  std::size_t erase_ = database_->statement(schema_.erase());
  std::size_t clear_ = database_->statement(schema_.clear());
  std::size_t count_ = database_->statement(schema_.count());
  std::size_t count_after_ = database_->statement(schema_.count_after());
  std::size_t key_further_[2] = {database_->statement(schema_.key_further(false)),
                                 database_->statement(schema_.key_further(true))};
  std::size_t last_key_ = database_->statement(schema_.last_key());
  std::size_t scan_[2][2] = {{database_->statement(schema_.scan(false, false)), database_->statement(schema_.scan(false, true))},
                             {database_->statement(schema_.scan(true, false)), database_->statement(schema_.scan(true, true))}};
  std::atomic<bool> fits_{false};
  std::mutex fitting_;
  std::vector<affinity> affinities_;
};

} // namespace zddm::sqlite
