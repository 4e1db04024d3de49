// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <zddm/core/store.hpp>

namespace zddm::testing::laws {

namespace detail {

template <class T> T sample(unsigned i) {
  if constexpr (std::is_arithmetic_v<T> && sizeof(T) > 1)
    return static_cast<T>(i + 1);
  else {
    static_assert(std::is_constructible_v<T, std::string>,
                  "no samples of this key or value type are known: give the law suite a type with static key(i) and value(i)");
    auto digits = std::to_string(i);
    return T("sample-" + std::string(6 - digits.size(), '0') + digits);
  }
}

template <class Make> using made = std::remove_cvref_t<std::invoke_result_t<Make&>>;

/// Runs f(0) to f(n - 1) in threads that start together as well as they can; f must not throw.
template <class F> void together(unsigned n, F f) {
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < n; ++i) threads.emplace_back([&f, i] { f(i); });
  for (auto& t : threads) t.join();
}

} // namespace detail

/// The keys and values a law suite uses, for i below 1000: all different, keys rising in the order of the store.
/// Write your own for types that are neither text nor numbers of more than one byte.
template <class S> struct samples {
  static key_of<S> key(unsigned i) { return detail::sample<key_of<S>>(i); }
  static value_of<S> value(unsigned i) { return detail::sample<value_of<S>>(i); }
};

} // namespace zddm::testing::laws
