// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include <zddm/core/error.hpp>

namespace zddm::testing::laws {

namespace detail {

/// A call of New that fails as often as it is told, and counts.
template <bool Repeatable> struct counted_call {
  static constexpr bool repeatable = Repeatable;
  error_class kind = error_class::transient;
  int failures = 0;
  int mutable made = 0;

  int operator()() const {
    if (made++ < failures) throw store_error(kind, "as the law asks");
    return 7;
  }
  error_class error() const { return classify_current<counted_call>(); }
  bool required() const { return false; }
  std::uint64_t bucket() const { return 0; }
  std::function<int()> detached() const {
    return [this] { return (*this)(); };
  }
};

} // namespace detail

/// Checks a failure policy: `make()` gives a bound policy, anew at each call; `fail(text)` is called for each law broken.
template <class Make, class Fail> void failure(Make make, Fail fail) {
  auto const law = [&](bool holds, std::string_view text) {
    if (!holds) fail(text);
  };
  /// 1: ended with a value, 0: with a failure that was kept, -1: with one that reached the caller.
  auto const outcome = [&](auto const& call, int& value) {
    auto&& policy = make();
    try {
      auto ended = policy.on_new(call);
      if (ended) value = *ended;
      return ended ? 1 : 0;
    } catch (...) {
      return -1;
    }
  };
  constexpr int many = 1'000'000;
  int value = 0;
  detail::counted_call<true> const fine;
  law(outcome(fine, value) == 1 && value == 7, "a call that succeeds ends with its result");
  law(fine.made == 1, "a call that succeeds is made once");
  for (auto const kind : {error_class::transient, error_class::permanent, error_class::unknown_outcome}) {
    detail::counted_call<true> const down{kind, many};
    law(outcome(down, value) != 1, "a call that always fails never ends with a result");
    law(down.made >= 1 && down.made < 1000, "the attempts of a call are bounded");
  }
  detail::counted_call<true> const refused{error_class::permanent, many};
  outcome(refused, value);
  law(refused.made == 1, "a call that failed for good is not made again");
  detail::counted_call<false> const once{error_class::unknown_outcome, 1};
  law(outcome(once, value) != 1 && once.made == 1,
      "a call that may have been applied is not made again unless that does no harm");
}

} // namespace zddm::testing::laws
