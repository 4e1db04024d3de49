// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

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
struct fell_back {};

/// A value read from Old was offered to New.
struct filled {
  bool applied;
};

/// Work for New was left undone because the executor was full. Nothing depends on it: the key is filled by a later read.
struct shed {};

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

} // namespace zddm::event
