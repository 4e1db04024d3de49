// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <zddm/core/store.hpp>

namespace zddm::memory {

/// Rows in the order of their keys, some of which live for a time: one whose time is over is absent. Not for several threads.
template <class Key, class Value, class Compare = std::less<Key>> class rows {
public:
  using time_point = std::chrono::steady_clock::time_point;

  rows() = default;
  explicit rows(std::function<time_point()> now) : now_(std::move(now)) {}

  Value const* find(Key const& key) const {
    auto const it = rows_.find(key);
    return it == rows_.end() || over(it->second) ? nullptr : &it->second.value;
  }
  std::optional<Value> get(Key const& key) const {
    Value const* const value = find(key);
    return value ? std::optional<Value>(*value) : std::nullopt;
  }

  void set(Key const& key, std::optional<Value> const& value) {
    if (value)
      rows_.insert_or_assign(key, row{*value});
    else
      rows_.erase(key);
  }
  void set_for(Key const& key, Value const& value, std::chrono::milliseconds ttl) {
    time_point const deadline = now_() + ttl;
    deadlines_.emplace(deadline, key);
    rows_.insert_or_assign(key, row{value, deadline});
  }
  /// False, with nothing done, where a row is there that was not dropped.
  bool insert(Key const& key, Value const& value) { return rows_.try_emplace(key, row{value}).second; }

  void clear() {
    rows_.clear();
    deadlines_.clear();
  }
  /// Those whose time is over.
  void drop_expired() {
    while (!deadlines_.empty() && deadlines_.begin()->first <= now_()) {
      auto const it = rows_.find(deadlines_.begin()->second);
      if (it != rows_.end() && it->second.deadline == deadlines_.begin()->first) rows_.erase(it);
      deadlines_.erase(deadlines_.begin());
    }
  }

  /// Nothing for a row that lives for ever; zero for a key that is not there.
  std::optional<std::chrono::milliseconds> remaining(Key const& key) const {
    auto const it = rows_.find(key);
    if (it == rows_.end() || over(it->second)) return std::chrono::milliseconds(0);
    if (it->second.deadline == time_point::max()) return std::nullopt;
    return std::chrono::duration_cast<std::chrono::milliseconds>(it->second.deadline - now_());
  }

  /// Counts the rows one by one only while some of them have a time to live.
  std::uint64_t size() const {
    if (deadlines_.empty()) return rows_.size();
    return static_cast<std::uint64_t>(
        std::count_if(rows_.begin(), rows_.end(), [this](auto const& entry) { return !over(entry.second); }));
  }

  /// Calls `sink(key, value)` for at most `limit` rows of the range; says how many.
  template <class Sink> std::size_t walk(key_range<Key> const& range, std::size_t limit, Sink&& sink) const {
    std::size_t n = 0;
    for (auto it = range.after ? rows_.upper_bound(*range.after) : rows_.begin(); it != rows_.end() && n < limit; ++it) {
      if (range.upto && rows_.key_comp()(*range.upto, it->first)) break;
      if (over(it->second)) continue;
      sink(it->first, it->second.value);
      ++n;
    }
    return n;
  }

  /// At most n keys that cut the rows into parts of about the same size; walks all rows once.
  std::vector<Key> split_points(std::size_t n) const {
    std::size_t const parts = std::min(n, rows_.size()) + 1;
    std::vector<Key> points;
    std::size_t at = 0;
    for (auto const& [key, unused] : rows_)
      if (++at * parts / rows_.size() > points.size() && at < rows_.size()) points.push_back(key);
    return points;
  }

private:
  struct row {
    Value value;
    time_point deadline = time_point::max();
  };

  bool over(row const& r) const { return r.deadline != time_point::max() && r.deadline <= now_(); }

  std::function<time_point()> now_ = [] { return std::chrono::steady_clock::now(); };
  std::map<Key, row, Compare> rows_;
  std::multimap<time_point, Key> deadlines_; ///< one for each `set_for`, also where the row was overwritten since
};

} // namespace zddm::memory
