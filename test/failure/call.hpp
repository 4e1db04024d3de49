// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <functional>
#include <vector>

#include <zddm/core/error.hpp>

namespace failure_test {

/// A call of New that fails as it is told, one entry an attempt, and then returns 7.
template <bool Repeatable = true> struct call {
  static constexpr bool repeatable = Repeatable;
  std::vector<zddm::error_class> failures;
  bool needed = false;
  int mutable made = 0;

  int operator()() const {
    auto const n = static_cast<std::size_t>(made++);
    if (n < failures.size()) throw zddm::store_error(failures[n], "as told");
    return 7;
  }
  zddm::error_class error() const { return zddm::classify_current<call>(); }
  bool required() const { return needed; }
  std::uint64_t bucket() const { return 0; }
  std::function<int()> detached() const {
    return [this] { return (*this)(); };
  }
};

} // namespace failure_test
