// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <zddm/core/hash.hpp>
#include <zddm/core/threshold.hpp>

namespace zddm::testing::laws {

namespace detail {

struct gate_question {
  std::string key;
  std::uint64_t seed;
  threshold at;

  std::uint64_t bucket() const { return hash(key, seed); }
  threshold rate() const { return at; }
};

} // namespace detail

/// Checks a gate over text keys: `make()` gives a bound gate, anew at each call and in the same position; `fail(text)` is
/// called for each law that is broken.
template <class Make, class Fail> void gate(Make make, Fail fail) {
  auto const law = [&](bool holds, std::string_view text) {
    if (!holds) fail(text);
  };
  auto&& one = make();
  auto&& another = make();
  auto const about = [](int n, threshold at) { return detail::gate_question{"user:" + std::to_string(n), seed_of("laws"), at}; };
  threshold const rates[] = {threshold::closed(),    threshold::percent(1),  threshold::percent(10),
                             threshold::percent(20), threshold::percent(99), threshold::open()};
  bool pure = true, same = true, nested = true;
  for (int n = 0; n < 2000; ++n) {
    bool before = false;
    for (auto const rate : rates) {
      bool const answer = one.admits(about(n, rate));
      pure = pure && answer == one.admits(about(n, rate));
      same = same && answer == another.admits(about(n, rate));
      nested = nested && (answer || !before);
      before = answer;
    }
  }
  law(pure, "the same question has the same answer");
  law(same, "two processes admit the same keys");
  law(nested, "raising the rate never withdraws a key");
}

} // namespace zddm::testing::laws
