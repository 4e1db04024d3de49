// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace zddm::lifecycle {

/// The durable states, in the order of a migration's life.
enum class state : std::uint8_t { unrun, prepared, migrated, switched, completed, destroyed };

/// The rows of the route table: the durable states and what applies while the next one is announced.
enum class row : std::uint8_t {
  unrun,
  preparing,
  prepared,
  migrating,
  migrated,
  switching,
  switched,
  completing,
  completed,
  destroyed
};

inline constexpr std::array<std::string_view, 6> state_names{"unrun",    "prepared",  "migrated",
                                                             "switched", "completed", "destroyed"};
inline constexpr std::array<std::string_view, 10> row_names{"unrun",     "preparing", "prepared",   "migrating", "migrated",
                                                            "switching", "switched",  "completing", "completed", "destroyed"};

constexpr std::string_view to_string(state s) { return state_names[static_cast<std::size_t>(s)]; }
constexpr std::string_view to_string(row r) { return row_names[static_cast<std::size_t>(r)]; }

/// The row a durable state settles in.
constexpr row settled(state s) {
  constexpr std::array<row, 6> rows{row::unrun, row::prepared, row::migrated, row::switched, row::completed, row::destroyed};
  return rows[static_cast<std::size_t>(s)];
}

/// The row of that name; nothing for an unknown name.
constexpr std::optional<row> row_named(std::string_view name) {
  for (std::size_t i = 0; i < row_names.size(); ++i)
    if (row_names[i] == name) return static_cast<row>(i);
  return std::nullopt;
}

/// The durable state a row settles as; nothing for a row that is only announced.
constexpr std::optional<state> durable(row r) {
  for (std::size_t i = 0; i < state_names.size(); ++i)
    if (settled(static_cast<state>(i)) == r) return static_cast<state>(i);
  return std::nullopt;
}

} // namespace zddm::lifecycle
