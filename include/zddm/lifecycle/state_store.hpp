// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace zddm::lifecycle {

/// One durable entry: a path such as `m/merge_names/state`, its text, and a revision that every change of it raises.
struct stored {
  std::string path;
  std::string value;
  std::uint64_t revision = 0;

  friend bool operator==(stored const&, stored const&) = default;
};

/// As an expected revision: whatever is there, or nothing.
inline constexpr std::uint64_t any_revision = std::numeric_limits<std::uint64_t>::max();

/// One change of a commit: the revision the path must have now (0: it must not exist), and the new text (nothing: remove it).
struct change {
  std::string path;
  std::uint64_t expected = any_revision;
  std::optional<std::string> value;
};

/// The durable, shared memory of a fleet: four calls, so that SQLite, PostgreSQL, Redis and etcd can all serve.
/// `commit` applies all its changes or none, and says false if some expectation did not hold. Revisions of a path never
/// repeat, even when it was removed and made again. `list` is ordered by path. `now` is the store's own clock in
/// milliseconds: the same for every process, and it never goes back.
/// A store that cannot be reached throws `store_error`; `transient` where nothing was applied.
template <class S>
concept state_store = requires(S& s, std::string_view path, std::span<change const> changes) {
  { s.read(path) } -> std::same_as<std::optional<stored>>;
  { s.list(path) } -> std::same_as<std::vector<stored>>;
  { s.commit(changes) } -> std::same_as<bool>;
  { s.now() } -> std::same_as<std::chrono::milliseconds>;
};

} // namespace zddm::lifecycle
