// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <zddm/core/intent.hpp>
#include <zddm/core/store.hpp>
#include <zddm/core/threshold.hpp>
#include <zddm/lifecycle/handle.hpp>
#include <zddm/lifecycle/route.hpp>

/// What the cost of a proxy is measured by: the cheapest stores there are, and the same migration written by hand.
namespace overhead {

using zddm::lifecycle::row;

/// The cheapest store there is, so that nothing hides what is around it.
struct table {
  using key_type = std::uint64_t;
  using value_type = std::uint64_t;
  std::array<std::uint64_t, 64> values{};

  std::optional<std::uint64_t> get(std::uint64_t key) const { return values[key % 64]; }
  template <class F> bool visit(std::uint64_t key, F&& f) const {
    f(values[key % 64]);
    return true;
  }
  void put(std::uint64_t key, std::uint64_t value) { values[key % 64] = value; }
  void erase(std::uint64_t) {}

  zddm::sighting<std::uint64_t> look(std::uint64_t key) const {
    return {zddm::knowledge::present, values[key % 64], 1, false, 0};
  }
  std::optional<zddm::intent> begin(std::uint64_t, zddm::intent_id id) { return zddm::intent{id, 1, true}; }
  bool end(std::uint64_t key, zddm::intent const&, std::optional<std::uint64_t> const& value) {
    if (value) values[key % 64] = *value;
    return true;
  }
  void release(std::uint64_t, zddm::intent const&) {}
  template <class F>
  std::optional<std::pair<zddm::intent, std::optional<std::uint64_t>>> mark(std::uint64_t key, F&& f, zddm::intent_id id) {
    return std::pair{zddm::intent{id, 1, true}, std::optional<std::uint64_t>(f(std::optional<std::uint64_t>(values[key % 64])))};
  }
  void assign(std::uint64_t, std::optional<std::uint64_t> const&) {}
  bool fill(std::uint64_t, std::optional<std::uint64_t> const&, std::uint64_t) { return false; }
  std::size_t fill_many(std::span<zddm::entry<std::uint64_t, std::uint64_t> const>, std::uint64_t) { return 0; }
  std::uint64_t fence(std::uint64_t) { return 0; }
  void seal() {}
  std::uint64_t sequence() { return 0; }
  template <class Sink> std::size_t records(std::optional<std::uint64_t> const&, std::size_t, Sink&&) { return 0; }
  void clear() {}
  void create_records() {}
  void drop_records() {}
};

inline constexpr std::array<std::pair<std::string_view, row>, 5> rows{{{"unrun", row::unrun},
                                                                       {"prepared", row::prepared},
                                                                       {"migrated", row::migrated},
                                                                       {"switched", row::switched},
                                                                       {"completed", row::completed}}};

inline zddm::lifecycle::settings settings_at(row at, zddm::threshold rate = zddm::threshold::open()) {
  zddm::lifecycle::settings s;
  s.high_water = s.announced = zddm::threshold::open();
  s.rate = rate;
  s.at = at;
  return s;
}

/// The same protocol for these two stores alone: one load of the row, one word of the thread's own that says an operation is
/// under way, so that a barrier could wait for it, and intents. It knows no failing store, no gate and no observer.
class by_hand {
public:
  by_hand(table& from, table& to, row at) : from_(from), to_(to), at_(at) {}

  std::optional<std::uint64_t> read(std::uint64_t key) {
    turn const t;
    switch (at_.load(std::memory_order_acquire)) {
    case row::unrun: return from_.get(key);
    case row::completed: return to_.get(key);
    default: break;
    }
    auto const seen = to_.look(key);
    if (seen.known != zddm::knowledge::unknown) return seen.value;
    auto const value = from_.get(key);
    if (!seen.pending) to_.fill(key, value, seen.seen);
    return value;
  }

  template <class F> bool visit(std::uint64_t key, F&& f) {
    turn const t;
    auto const at = at_.load(std::memory_order_acquire);
    if (at == row::unrun) return from_.visit(key, f);
    if (to_.visit(key, f)) return true;
    return at != row::completed && from_.visit(key, f);
  }

  void write(std::uint64_t key, std::uint64_t value) {
    turn const t;
    switch (at_.load(std::memory_order_acquire)) {
    case row::unrun: return from_.put(key, value);
    case row::completed: return to_.put(key, value);
    default: break;
    }
    auto const begun = to_.begin(key, {1, next_.fetch_add(1, std::memory_order_relaxed)});
    from_.put(key, value);
    if (begun) to_.end(key, *begun, value);
  }

private:
  struct turn {
    turn() {
      count().store(count().load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
      std::atomic_signal_fence(std::memory_order_seq_cst);
    }
    ~turn() { count().store(count().load(std::memory_order_relaxed) + 1, std::memory_order_release); }
    static std::atomic<std::uint64_t>& count() {
      static thread_local std::atomic<std::uint64_t> n{0};
      return n;
    }
  };

  table& from_;
  table& to_;
  std::atomic<row> at_;
  std::atomic<std::uint64_t> next_{1};
};

} // namespace overhead
