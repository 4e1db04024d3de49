// SPDX-License-Identifier: BSL-1.0
#include <zddm/testing/laws/expiring.hpp>

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "broken.hpp"

namespace {
using namespace laws_test;
using std::chrono::milliseconds;

template <class Store> std::set<std::string> breaks() {
  sound::time_point now{};
  std::set<std::string> laws;
  zddm::testing::laws::expiring([&] { return Store([&] { return now; }); }, [&](milliseconds time) { now += time; },
                                [&](std::string_view law) { laws.emplace(law); });
  return laws;
}

struct restarts_time : sound {
  using sound::sound;
  std::optional<milliseconds> remaining(text const& k) {
    auto const left = sound::remaining(k);
    return left && *left > milliseconds(0) ? milliseconds(10'000) : left;
  }
};
struct keeps_time : sound {
  using sound::sound;
  void put(text const& k, text const& v) {
    auto const left = sound::remaining(k);
    left && *left > milliseconds(0) ? sound::put_for(k, v, *left) : sound::put(k, v);
  }
};
struct lives_for_ever : sound {
  using sound::sound;
  void put_for(text const& k, text const& v, milliseconds) { sound::put(k, v); }
};
struct absent_lives_for_ever : sound {
  using sound::sound;
  std::optional<milliseconds> remaining(text const& k) { return sound::get(k) ? sound::remaining(k) : std::nullopt; }
};
} // namespace

TEST_CASE("expiring laws hold for the memory store") { CHECK(breaks<sound>() == std::set<std::string>{}); }

TEST_CASE("expiring laws name what a broken store breaks") {
  CHECK(breaks<restarts_time>() == std::set<std::string>{"the time left runs down"});
  CHECK(breaks<keeps_time>().contains("a plain put over a value with a time to live makes it live for ever"));
  CHECK(breaks<lives_for_ever>().contains("a value is gone once its time has passed"));
  CHECK(breaks<absent_lives_for_ever>().contains("a key that is not there has no time left"));
}
