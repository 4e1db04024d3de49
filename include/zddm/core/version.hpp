// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <compare>
#include <cstdint>

#define ZDDM_VERSION_MAJOR 0
#define ZDDM_VERSION_MINOR 1
#define ZDDM_VERSION_PATCH 0
#define ZDDM_VERSION "0.1.0"

namespace zddm {

/// Orders the writes of one key: a counter one above what the authority held, ties broken by the writing process.
/// The default is older than every version a store hands out.
struct version {
  std::uint64_t counter = 0;
  std::uint64_t process = 0;

  friend constexpr auto operator<=>(version const&, version const&) = default;
};

} // namespace zddm
