// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <zddm/core/error.hpp>

/// What an observer is told. Events carry no keys and no values.
namespace zddm::event {

enum class side : std::uint8_t { old_store, new_store };
enum class operation : std::uint8_t { read, write, erase, update, fill, shadow };
inline constexpr std::size_t operations = 6;
enum class result : std::uint8_t { ok, failed };

/// One call of one store, and how long it took.
struct call {
  event::side side;
  event::operation operation;
  event::result result;
  std::chrono::nanoseconds took;
};

/// One read of the caller: which store answered it.
struct answered {
  event::side side;
  event::operation operation;
};

/// A call that New should have answered went to Old because New failed.
struct fell_back {
  error_class why;
};

/// A value read from Old was offered to New.
struct filled {
  bool applied;
};

/// Work for New was left undone because the executor was full. Nothing depends on it: the key is filled by a later read.
struct shed {};

/// How a value in New compares with Old's.
enum class comparison : std::uint8_t {
  equal,
  differs,
  missing,  ///< New has none
  extra,    ///< Old has none
  in_flight ///< a write was under way, or New does not know the key: nothing can be said
};
inline constexpr std::size_t comparisons = 5;

/// A read was compared. `column` names the first column that differs, where values have columns.
struct compared {
  comparison result;
  std::string_view column;
};

/// A value in New that was wrong was replaced by Old's, or could not be.
struct repaired {
  bool applied;
};

/// New was shut out until somebody heals it.
struct quarantined {};

constexpr std::string_view to_string(side s) { return s == side::old_store ? "old" : "new"; }
constexpr std::string_view to_string(result r) { return r == result::ok ? "ok" : "failed"; }
constexpr std::string_view to_string(operation o) {
  switch (o) {
  case operation::read: return "read";
  case operation::write: return "write";
  case operation::erase: return "erase";
  case operation::update: return "update";
  case operation::fill: return "fill";
  case operation::shadow: break;
  }
  return "shadow";
}

constexpr std::string_view to_string(comparison c) {
  switch (c) {
  case comparison::equal: return "equal";
  case comparison::differs: return "differs";
  case comparison::missing: return "missing";
  case comparison::extra: return "extra";
  case comparison::in_flight: break;
  }
  return "in flight";
}

} // namespace zddm::event
