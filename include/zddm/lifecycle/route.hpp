// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <zddm/lifecycle/state.hpp>

namespace zddm::lifecycle {

/// Where a read of one key goes.
enum class reads : std::uint8_t {
  old_only,
  new_first, ///< New; a key unknown there: Old, and a fenced fill
  new_only,
  refused
};

/// Where a write of one key goes, in this order.
enum class writes : std::uint8_t {
  old_only,
  invalidate, ///< Old, and the key becomes unknown in New
  dual,       ///< Old, then New
  mirrored,   ///< New, then Old
  new_only,
  refused
};

/// How much of the traffic a row applies to.
enum class scope : std::uint8_t {
  every_key,
  announced_keys, ///< keys below the announced high-water rate; the others are in row unrun
  admitted_keys   ///< keys the gate admits; below the high-water rate the others are in row preparing
};

/// One row of the route table: what a read and a write of a key in its scope do.
struct route {
  row at;
  reads read;
  writes write;
  scope reads_of;    ///< which reads take the row's route; the others are answered by Old
  scope writes_of;   ///< which writes take it
  bool new_required; ///< a write succeeds only if New has it
  bool warns;        ///< a reference to the migration is worth a warning
};

/// The protocol in one table; everything that routes, checks or prints a route reads it.
inline constexpr std::array<route, 10> route_table{{
    // row            read              write               reads_of              writes_of              required  warns
    {row::unrun, reads::old_only, writes::old_only, scope::every_key, scope::every_key, false, false},
    {row::preparing, reads::old_only, writes::invalidate, scope::every_key, scope::announced_keys, false, false},
    {row::prepared, reads::new_first, writes::dual, scope::admitted_keys, scope::admitted_keys, false, false},
    {row::migrating, reads::new_first, writes::dual, scope::admitted_keys, scope::every_key, false, false},
    {row::migrated, reads::new_first, writes::dual, scope::admitted_keys, scope::every_key, false, false},
    {row::switching, reads::new_first, writes::dual, scope::admitted_keys, scope::every_key, true, false},
    {row::switched, reads::new_first, writes::dual, scope::every_key, scope::every_key, true, false},
    {row::completing, reads::new_first, writes::mirrored, scope::every_key, scope::every_key, true, false},
    {row::completed, reads::new_only, writes::new_only, scope::every_key, scope::every_key, true, true},
    {row::destroyed, reads::refused, writes::refused, scope::every_key, scope::every_key, true, false},
}};

constexpr route const& route_of(row r) { return route_table[static_cast<std::size_t>(r)]; }

static_assert(
    [] {
      for (std::size_t i = 0; i < route_table.size(); ++i)
        if (static_cast<std::size_t>(route_table[i].at) != i) return false;
      return true;
    }(),
    "zddm: the route table stands in the order of the rows");

} // namespace zddm::lifecycle
