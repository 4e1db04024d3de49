// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include <zddm/cli/failure.hpp>
#include <zddm/cli/shared_state.hpp>
#include <zddm/lifecycle/lease.hpp>
#include <zddm/lifecycle/operator_lease.hpp>
#include <zddm/lifecycle/record.hpp>

namespace zddm::cli {

/// No lease is taken for longer: one that has more than this before it was taken when the state store's clock was ahead.
inline constexpr std::chrono::milliseconds longest_lease = std::chrono::hours(1);

/// The leases that a clock which was set back has left with hours to run.
inline std::vector<finding> leases_from_the_future(shared_state& state, std::string_view name) {
  std::vector<finding> found;
  auto const now = state.now();
  auto const look = [&](std::string const& who, std::int64_t expires) {
    auto const left = std::chrono::milliseconds(expires) - now;
    if (left > longest_lease)
      found.push_back(
          {fmt::format("the lease of {} has {} h to run", who, std::chrono::duration_cast<std::chrono::hours>(left).count()),
           fmt::format("zd unlock {}", name)});
  };
  for (auto const& one : lifecycle::leases(state, name)) look(one.who(), one.expires);
  if (auto const by = lifecycle::operator_of(state, name)) look(by->owner.who() + ", " + by->command, by->expires);
  return found;
}

/// Throws `failure` where the state store's clock was set back, so that nobody could tell the living from the dead.
inline void require_clock(shared_state& state, std::string_view name) {
  if (auto found = leases_from_the_future(state, name); !found.empty())
    throw failure(207, exit_code::refused, fmt::format("the clock of the state store was set back under {}", name),
                  std::move(found), "nothing was changed. Set the clock right, or clear what the dead have left.");
}

} // namespace zddm::cli
