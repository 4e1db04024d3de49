// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <zddm/core/hash.hpp>
#include <zddm/core/threshold.hpp>
#include <zddm/policy/axis.hpp>

namespace gate_test {

/// What a gate may ask; counts how often it did.
struct question {
  std::string key;
  std::uint64_t hash = 0;
  zddm::threshold at = zddm::threshold::closed();
  int mutable hashed = 0;

  std::uint64_t bucket() const { return ++hashed, hash; }
  zddm::threshold rate() const { return at; }
};

inline question about(std::string const& key, std::string const& migration, zddm::threshold rate = {}) {
  return {key, zddm::hash(key, zddm::seed_of(migration)), rate};
}

template <class Gate> using bound = typename Gate::template bind<zddm::model<std::string, int, std::chrono::steady_clock>>;

/// The n-th of many keys.
inline std::string key(int n) { return "user:" + std::to_string(n); }

/// How many of the published 100,000 keys a gate admits.
template <class Gate> int admitted(Gate const& gate, std::string const& migration, zddm::threshold rate = {}) {
  int count = 0;
  for (int n = 0; n < 100'000; ++n) count += gate.admits(about(key(n), migration, rate));
  return count;
}

inline nlohmann::json published() {
  char const* const root = std::getenv("ZDDM_SOURCE_DIR");
  std::ifstream file(std::string(root ? root : ".") + "/test/conformance/gate.json");
  REQUIRE(file.is_open());
  return nlohmann::json::parse(file);
}

} // namespace gate_test
