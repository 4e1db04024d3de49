// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace zddm::testing {

/// What happened to one key: reads, writes (no value: an erase) and updates, each with the time it was called and the time
/// it returned. An operation that never returned, or whose outcome is unknown, may have happened at any time since it was
/// called, or never.
template <class Value> struct event {
  enum class kind : std::uint8_t { read, write, update };
  static constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

  kind what = kind::read;
  std::optional<Value> value;                                                   ///< read or written
  std::function<std::optional<Value>(std::optional<Value> const&)> change = {}; ///< of an update; `value` is its result
  std::uint64_t called = 0;
  std::uint64_t returned = never;
  int by = 0;

  bool ended() const { return returned != never; }
};

/// Whether there is one order of the operations that every caller could have seen and that a single copy of the key would
/// have given (Wing and Gong's search, with the states already refuted remembered). At most 64 operations.
template <class Value> bool linearizable(std::vector<event<Value>> const& history, std::optional<Value> const& initial) {
  using kind = typename event<Value>::kind;
  std::set<std::pair<std::uint64_t, std::optional<Value>>> refuted;
  std::function<bool(std::uint64_t, std::optional<Value> const&)> const search = [&](std::uint64_t taken,
                                                                                     std::optional<Value> const& now) {
    bool all_ended_taken = true;
    std::uint64_t first_return = event<Value>::never;
    for (std::size_t i = 0; i < history.size(); ++i)
      if ((taken >> i & 1) == 0 && history[i].ended()) {
        all_ended_taken = false;
        first_return = std::min(first_return, history[i].returned);
      }
    if (all_ended_taken) return true;
    if (!refuted.insert({taken, now}).second) return false;
    for (std::size_t i = 0; i < history.size(); ++i) {
      auto const& e = history[i];
      if ((taken >> i & 1) != 0 || e.called > first_return) continue;
      auto const next = taken | std::uint64_t{1} << i;
      switch (e.what) {
      case kind::read:
        if (e.ended() && e.value == now && search(next, now)) return true;
        break;
      case kind::write:
        if (search(next, e.value)) return true;
        break;
      case kind::update: {
        auto const result = e.change(now);
        if ((!e.ended() || result == e.value) && search(next, result)) return true;
        break;
      }
      }
    }
    return false;
  };
  return search(0, initial);
}

/// Whether every read returned the value of the last write that ended before it, or of one in flight beside it.
template <class Value> bool regular(std::vector<event<Value>> const& history, std::optional<Value> const& initial) {
  using kind = typename event<Value>::kind;
  for (auto const& read : history) {
    if (read.what != kind::read || !read.ended()) continue;
    // A value is allowed unless some write began after its own ended and ended before the read was called.
    auto const overwritten = [&](std::uint64_t ended) {
      return std::any_of(history.begin(), history.end(), [&](auto const& w) {
        return w.what != kind::read && w.ended() && w.called > ended && w.returned < read.called;
      });
    };
    bool const from_the_start = initial == read.value && std::none_of(history.begin(), history.end(), [&](auto const& w) {
                                  return w.what != kind::read && w.ended() && w.returned < read.called;
                                });
    bool const from_a_write = std::any_of(history.begin(), history.end(), [&](auto const& w) {
      return w.what != kind::read && w.value == read.value && w.called <= read.returned &&
             (!w.ended() || !overwritten(w.returned));
    });
    if (!from_the_start && !from_a_write) return false;
  }
  return true;
}

} // namespace zddm::testing
