// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <zddm/backfill/coverage.hpp>
#include <zddm/cli/shared_state.hpp>
#include <zddm/core/error.hpp>
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

  using waits = std::map<std::string_view, std::chrono::nanoseconds>;

  /// `waited`: so far, by reason. What cannot be kept now is kept by the next call: the copy does not depend on it.
  void operator()(waits const& waited = {}) {
    auto const at = now_();
    if (noted_ && at - *noted_ < std::chrono::seconds(10)) return;
    noted_ = at;
    try {
      finish(waited);
    } catch (error const&) {
    }
  }

  void finish(waits const& waited = {}) {
    std::vector<lifecycle::series::wait> more;
    auto all = told_;
    for (auto const& [reason, time] : waited) {
      auto& told = all[std::string(reason)];
      auto const n = std::chrono::duration_cast<std::chrono::milliseconds>(time - told).count();
      if (n <= 0) continue;
      told += std::chrono::milliseconds(n);
      more.push_back({std::string(reason), static_cast<std::uint64_t>(n)});
    }
    lifecycle::add_rows_to_series(state_, name_, backfill::coverage_of(state_, name_).covered(), more);
    told_ = std::move(all);
  }

private:
  shared_state& state_;
  std::string name_;
  clock now_;
  std::optional<std::chrono::nanoseconds> noted_;
  std::map<std::string, std::chrono::nanoseconds> told_; ///< waits
};

} // namespace zddm::cli
