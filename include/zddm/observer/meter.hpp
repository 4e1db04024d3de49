// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>

#include <zddm/core/clock.hpp>
#include <zddm/core/distribution.hpp>
#include <zddm/lifecycle/measures.hpp>
#include <zddm/observer/counters.hpp>
#include <zddm/policy/event.hpp>

namespace zddm::observer {

/// Reads `counts` for the fleet: given to `lifecycle::member` as what it reports. Durations are those of the last one to two
/// minutes. `counts` has to outlive it; the calls that are counted do not wait for it.
class meter {
public:
  static constexpr std::chrono::minutes window{1};

  explicit meter(counts const& c) noexcept : counts_(&c) {}

  lifecycle::measures operator()(std::chrono::nanoseconds now = coarse_clock::now().time_since_epoch()) {
    auto const all = durations();
    if (!turned_ || now - *turned_ >= window) {
      begin_ = std::exchange(next_, all);
      turned_ = now;
    }
    auto const of = [&](std::size_t i) { return all[i] - begin_[i]; };
    return {0, counted(), of(0), of(1), of(2), of(3)};
  }

private:
  using measured = std::array<distribution, 4>;

  measured durations() const {
    auto const of = [&](event::side side, event::operation op) {
      return counts_->of(side).took[static_cast<std::size_t>(op)].read();
    };
    using enum event::side;
    using enum event::operation;
    return {of(old_store, read), of(new_store, read), of(old_store, write), of(new_store, write)};
  }

  lifecycle::tally counted() const {
    using enum event::comparison;
    auto const of = [&](event::comparison c) { return counts_->compared[static_cast<std::size_t>(c)].load(); };
    return {of(equal), of(differs), of(missing), of(extra), of(in_flight), counts_->fallbacks.load()};
  }

  counts const* counts_;
  std::optional<std::chrono::nanoseconds> turned_; ///< when `next_` was read
  measured begin_;                                 ///< what had been counted when the window began
  measured next_;                                  ///< and when the next one begins
};

} // namespace zddm::observer
