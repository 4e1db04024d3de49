// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <zddm/backfill/coverage.hpp>
#include <zddm/cli/shared_state.hpp>
#include <zddm/lifecycle/series.hpp>

namespace zddm::cli {

/// Keeps the series of a migration up to date while a backfill runs, whoever else copies: at once, every ten seconds, and at
/// the end.
class course {
public:
  using clock = std::function<std::chrono::nanoseconds()>;

  course(
      shared_state& state, std::string_view name, clock now = [] { return std::chrono::steady_clock::now().time_since_epoch(); })
      : state_(state), name_(name), now_(std::move(now)) {}

  void operator()() {
    if (auto const at = now_(); !noted_ || at - *noted_ >= std::chrono::seconds(10)) {
      noted_ = at;
      finish();
    }
  }

  void finish() { lifecycle::add_rows_to_series(state_, name_, backfill::coverage_of(state_, name_).covered()); }

private:
  shared_state& state_;
  std::string name_;
  clock now_;
  std::optional<std::chrono::nanoseconds> noted_;
};

} // namespace zddm::cli
