// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <string_view>

namespace zddm::backfill {

/// What one page has asked of the stores.
struct load {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::chrono::nanoseconds reading{0}; ///< spent in Old
  std::chrono::nanoseconds writing{0}; ///< spent in New
};

/// How long to wait before the next page, and why; the reason is a literal.
struct pause {
  std::chrono::nanoseconds time{0};
  std::string_view reason;
};

/// Asked after every page, by one thread at a time; pages of all workers of the process count.
template <class T>
concept throttle = requires(T& t, load const& l, std::chrono::nanoseconds now) {
  { t.after(l, now) } -> std::same_as<pause>;
};

} // namespace zddm::backfill
