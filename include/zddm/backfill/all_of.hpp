// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <tuple>
#include <utility>

#include <zddm/backfill/throttle.hpp>

namespace zddm::backfill {

/// Several throttles as one: each is told of every page, and the longest wait holds. Give references for those that are kept.
template <throttle... Throttles> class all_of {
public:
  explicit all_of(Throttles... each) : each_(std::forward<Throttles>(each)...) {}

  pause after(load const& l, std::chrono::nanoseconds now) {
    pause longest;
    auto const ask = [&](auto& one) {
      if (auto const p = one.after(l, now); p.time > longest.time) longest = p;
    };
    std::apply([&](auto&... one) { (ask(one), ...); }, each_);
    return longest;
  }

private:
  std::tuple<Throttles...> each_;
};

} // namespace zddm::backfill
