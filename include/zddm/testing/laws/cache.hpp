// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string_view>

#include <zddm/policy/executor.hpp>
#include <zddm/policy/requirements.hpp>

namespace zddm::testing::laws {

namespace detail {

/// A part of an operation, which counts what becomes of it.
struct counted_part {
  int& now;
  int& after;
  int& left;

  int operator()() const { return ++now, 7; }
  std::uint64_t bucket() const { return 3; }
  task later() const {
    return [&n = after] { ++n; };
  }
  static int queued() { return 9; }
  void shed() const { ++left; }
};

} // namespace detail

/// Checks a cache policy: `make()` gives a bound policy, `settle()` has done what it put off, `fail(text)` is called for each
/// law broken. To be run with an executor that takes what it is given, and with one that is full.
template <class Make, class Settle, class Fail> void cache(Make make, Settle settle, Fail fail) {
  auto const law = [&](bool holds, std::string_view text) {
    if (!holds) fail(text);
  };
  auto&& policy = make();
  using policy_type = std::remove_cvref_t<decltype(policy)>;
  int now = 0, after = 0, left = 0;
  detail::counted_part const part{now, after, left};
  if constexpr (routes_misses<policy_type>) {
    policy.on_miss(part);
    settle();
    law(now + after <= 1, "a miss fills New once at most");
    law(left == 0 || now + after == 0, "what was shed is not done");
  }
  if constexpr (shadows_reads<policy_type>) {
    now = after = left = 0;
    policy.on_read(part);
    law(now == 0, "a shadow read does not hold up the reader");
    settle();
    law(after + left == 1, "a shadow read is made once, or counted as shed");
  }
  if constexpr (routes_writes<policy_type>) {
    now = after = left = 0;
    int const said = policy.on_write(part);
    settle();
    law(now + after == 1 && left == 0, "a write ends in New once, now or later, and is never shed");
    law(now == 1 ? said == 7 : said == 9, "a write says what became of it: its result, or that it is queued");
  }
}

} // namespace zddm::testing::laws
