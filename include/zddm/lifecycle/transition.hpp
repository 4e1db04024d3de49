// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <zddm/lifecycle/state.hpp>

namespace zddm::lifecycle {

/// What an operator asks for.
enum class step : std::uint8_t { prepare, migrate, cut_over, switch_off, complete, destroy, roll_back };

/// One legal move of the whole fleet: every process is at `from` or at `to` while it happens.
struct edge {
  row from;
  row to;

  friend constexpr bool operator==(edge const&, edge const&) = default;
};

/// Every legal move. Forward, one row at a time; back until `completing`, through invalidate-only to unrun.
inline constexpr std::array<edge, 16> edges{{
    {row::unrun, row::preparing},
    {row::preparing, row::prepared},
    {row::prepared, row::migrating},
    {row::migrating, row::migrated},
    {row::migrated, row::switching},
    {row::switching, row::switched},
    {row::switched, row::completing},
    {row::completing, row::completed},
    {row::completed, row::destroyed},
    {row::switched, row::switching},
    {row::switching, row::migrated},
    {row::migrated, row::preparing},
    {row::migrating, row::preparing},
    {row::migrating, row::prepared},
    {row::prepared, row::preparing},
    {row::preparing, row::unrun},
}};

constexpr bool legal(row from, row to) {
  for (auto const& e : edges)
    if (e == edge{from, to}) return true;
  return false;
}

/// How a step is named, where it may start, and the rows it walks through; a start already on the way goes on from there.
struct step_path {
  step asked;
  std::string_view name;
  row from;
  std::array<row, 3> rows;
  std::size_t count;

  constexpr std::span<row const> walk() const { return {rows.data(), count}; }
};

inline constexpr std::array<step_path, 7> step_paths{{
    {step::prepare, "prepare", row::unrun, {row::preparing, row::prepared}, 2},
    {step::migrate, "migrate", row::prepared, {row::migrating, row::migrated}, 2},
    {step::cut_over, "switch", row::migrated, {row::switching, row::switched}, 2},
    {step::switch_off, "switchoff", row::switched, {row::switching, row::migrated}, 2},
    {step::complete, "complete", row::switched, {row::completing, row::completed}, 2},
    {step::destroy, "destroy", row::completed, {row::destroyed}, 1},
    {step::roll_back, "rollback", row::migrated, {row::preparing, row::unrun}, 2},
}};

constexpr step_path const& path_of(step s) { return step_paths[static_cast<std::size_t>(s)]; }

/// The next row on the way of a step; nothing where the step is done or cannot start from this row.
constexpr std::optional<row> next_row(step s, row now) {
  auto const& path = path_of(s);
  if (s == step::roll_back) switch (now) {
    case row::switched: return row::switching;
    case row::switching: return row::migrated;
    case row::migrated:
    case row::migrating:
    case row::prepared: return row::preparing;
    case row::preparing: return row::unrun;
    default: return std::nullopt;
    }
  if (now == path.from) return path.rows[0];
  for (std::size_t i = 0; i + 1 < path.count; ++i)
    if (path.rows[i] == now) return path.rows[i + 1];
  return std::nullopt;
}

/// Whether the step has nothing left to do in this row.
constexpr bool done(step s, row now) { return path_of(s).rows[path_of(s).count - 1] == now; }

} // namespace zddm::lifecycle
