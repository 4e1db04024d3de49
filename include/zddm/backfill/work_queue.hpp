// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zddm::backfill {

/// What the workers of one plan share: its text, and items numbered from 0. An id is never used again.
struct planned {
  std::uint64_t id = 0;
  std::uint64_t items = 0;
  std::string text;

  friend bool operator==(planned const&, planned const&) = default;
};

/// Where an item is. One whose lease is over is open.
enum class work : std::uint8_t {
  open,
  held, ///< by a worker whose lease runs
  done,
  failed ///< nobody takes it before it is opened again
};

inline constexpr std::array<std::string_view, 4> work_names{"open", "held", "done", "failed"};
constexpr std::string_view to_string(work w) { return work_names[static_cast<std::size_t>(w)]; }

/// An item in a worker's hands, until its lease is over. The token fences: no two claims of an item have the same.
struct task {
  std::uint64_t plan = 0;
  std::uint64_t item = 0;
  std::uint64_t token = 0;
  std::uint64_t attempts = 0; ///< claims of the item that were not given back unasked, this one included
  std::string note;           ///< saved last, by whomever; empty at first
  std::chrono::milliseconds lease{0};
};

/// Which items a worker would take: at most `most` of those from `first` to `last`.
struct wanted {
  std::size_t most = 1;
  std::uint64_t first = 0;
  std::uint64_t last = std::numeric_limits<std::uint32_t>::max();
};

/// What a worker says of its task. `held` renews the lease by its full length, `open` gives the item back. An item that goes
/// back without a reason has not been attempted.
struct report {
  work to = work::held;
  std::optional<std::string> note{}; ///< how far the item is; nothing: as saved before
  std::string reason{};              ///< why it did not succeed
};

/// One item, for whoever looks on.
struct item {
  std::uint64_t id = 0;
  work state = work::open;
  std::uint64_t attempts = 0;
  std::string note;
  std::string reason;                ///< of the last attempt that did not succeed
  std::string worker;                ///< the last one; empty: nobody yet
  std::chrono::milliseconds left{0}; ///< of the lease; zero where it is not held
};

struct counts {
  std::uint64_t open = 0;
  std::uint64_t held = 0;
  std::uint64_t done = 0;
  std::uint64_t failed = 0;

  friend bool operator==(counts const&, counts const&) = default;
};

/// One plan's items among any number of workers, on any number of hosts. Every call is one atomic step and may come from
/// several threads at once; leases run on the queue's own clock.
/// `make` writes the plan and its items unless there is a plan (false; nothing was changed). `claim` hands out open items, the
/// lowest first, none to two workers at a time. `report` says false, and changes nothing, once the task's lease is over, the
/// item is in other hands, or the plan is gone. `reopen` opens what failed and says how many. `forget` removes plan and items.
/// A queue that cannot be reached throws `store_error`; `transient` where nothing was applied.
template <class Q>
concept work_queue = requires(Q& q, std::string_view text, std::uint64_t n, wanted const& w, std::chrono::milliseconds lease,
                              task const& t, report const& r) {
  { q.make(text, n) } -> std::same_as<bool>;
  { q.plan() } -> std::same_as<std::optional<planned>>;
  { q.claim(n, text, w, lease) } -> std::same_as<std::vector<task>>;
  { q.report(t, r) } -> std::same_as<bool>;
  { q.items(n) } -> std::same_as<std::vector<item>>;
  { q.counts(n) } -> std::same_as<counts>;
  { q.reopen(n) } -> std::same_as<std::uint64_t>;
  q.forget();
};

} // namespace zddm::backfill
