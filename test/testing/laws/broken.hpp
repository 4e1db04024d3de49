// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>

#include <zddm/memory/store.hpp>

/// What the tests of the law suites share: a sound store whose members a broken one hides, and the laws a store breaks.
namespace laws_test {

using sound = zddm::memory::store<std::string, std::string>;
using text = std::string;
using maybe = std::optional<std::string>;

/// Long enough for another thread to come between.
inline void gap() { std::this_thread::sleep_for(std::chrono::microseconds(100)); }

/// The laws a store breaks, by a suite called with `make` and `fail`.
template <class Store, class Suite> std::set<std::string> broken(Suite suite) {
  std::set<std::string> laws;
  suite([] { return Store(); }, [&](std::string_view law) { laws.emplace(law); });
  return laws;
}

} // namespace laws_test
