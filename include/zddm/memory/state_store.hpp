// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <zddm/lifecycle/state_store.hpp>

namespace zddm::memory {

/// A `lifecycle::state_store` for the threads of one process; it ends with the object.
/// Its clock counts from the start of the machine unless `clock` is called.
class state_store {
public:
  using clock_function = std::function<std::chrono::milliseconds()>;

  std::optional<lifecycle::stored> read(std::string_view path) const {
    std::lock_guard const lock(mutex_);
    auto const it = entries_.find(path);
    if (it == entries_.end()) return std::nullopt;
    return lifecycle::stored{it->first, it->second.value, it->second.revision};
  }

  std::vector<lifecycle::stored> list(std::string_view prefix) const {
    std::lock_guard const lock(mutex_);
    std::vector<lifecycle::stored> found;
    for (auto it = entries_.lower_bound(prefix); it != entries_.end() && it->first.starts_with(prefix); ++it)
      found.push_back({it->first, it->second.value, it->second.revision});
    return found;
  }

  /// All expectations are about what is there before the call; the changes are then applied in their order.
  bool commit(std::span<lifecycle::change const> changes) {
    std::lock_guard const lock(mutex_);
    if (!std::ranges::all_of(changes, [&](auto const& c) { return holds(c); })) return false;
    auto revision = revision_;
    decltype(entries_) made;
    for (auto const& c : changes) {
      if (c.value)
        made.insert_or_assign(c.path, held{*c.value, ++revision});
      else
        made.erase(c.path);
    }
    for (auto const& c : changes) entries_.erase(c.path);
    entries_.merge(made);
    revision_ = revision;
    return true;
  }

  /// Never goes back, whatever the clock says.
  std::chrono::milliseconds now() {
    std::lock_guard const lock(mutex_);
    return latest_ = std::max(latest_, clock_());
  }

  /// From now on the time is what `clock` says; it is called with the store locked.
  void clock(clock_function clock) {
    std::lock_guard const lock(mutex_);
    clock_ = std::move(clock);
  }

private:
  struct held {
    std::string value;
    std::uint64_t revision;
  };

  bool holds(lifecycle::change const& c) const {
    if (c.expected == lifecycle::any_revision) return true;
    auto const it = entries_.find(c.path);
    return c.expected == (it == entries_.end() ? 0 : it->second.revision);
  }

  static std::chrono::milliseconds steady() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch());
  }

  mutable std::mutex mutex_;
  std::map<std::string, held, std::less<>> entries_;
  std::uint64_t revision_ = 0;
  std::chrono::milliseconds latest_{0};
  clock_function clock_ = steady;
};

} // namespace zddm::memory
