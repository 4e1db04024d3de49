// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <type_traits>

#include <zddm/core/store.hpp>
#include <zddm/testing/laws/samples.hpp>

namespace zddm::testing::laws {

/// Checks `expiring_store`. `pass(std::chrono::milliseconds)` lets that much of the store's time go by.
template <class Samples = void, class Make, class Pass, class Fail> void expiring(Make make, Pass pass, Fail fail) {
  using S = detail::made<Make>;
  using of = std::conditional_t<std::is_void_v<Samples>, samples<S>, Samples>;
  using namespace std::chrono_literals;
  auto const law = [&](bool holds, std::string_view text) {
    if (!holds) fail(text);
  };
  auto const k = of::key(0), other = of::key(1);
  auto s = make();
  law(s.remaining(k) == 0ms, "a key that is not there has no time left");
  s.put(k, of::value(0));
  law(!s.remaining(k), "a plain put lives for ever");
  s.put_for(k, of::value(1), 10'000ms);
  auto const left = s.remaining(k);
  law(s.get(k) == of::value(1) && left && *left > 0ms && *left <= 10'000ms,
      "a value put for a time is there, with that time left");
  s.put_for(other, of::value(2), 10'000ms);
  pass(4'000ms);
  law(s.get(k) == of::value(1) && s.remaining(k) && *s.remaining(k) <= 6'000ms, "the time left runs down");
  s.put(other, of::value(3));
  law(!s.remaining(other), "a plain put over a value with a time to live makes it live for ever");
  pass(6'000ms);
  law(!s.get(k) && s.remaining(k) == 0ms, "a value is gone once its time has passed");
  law(s.get(other) == of::value(3), "a value put again does not end with the time of the first");
  if constexpr (lending_store<S>) law(!s.visit(k, [](auto const&) {}), "visit does not lend what is gone");
  if constexpr (scannable_store<S>)
    law(s.size() == 1 && s.scan({}, 9, [](auto const&, auto const&) {}) == 1, "scan and size leave out what is gone");
  if constexpr (insertable_store<S>) law(s.insert(k, of::value(4)), "insert puts where a value is gone");
  s.put_for(k, of::value(5), 10ms);
  s.put_for(k, of::value(6), 10'000ms);
  pass(20ms);
  law(s.get(k) == of::value(6), "the last time to live counts");
}

} // namespace zddm::testing::laws
