// SPDX-License-Identifier: BSL-1.0
#include <zddm/lifecycle/state_store.hpp>

#include <chrono>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/memory/state_store.hpp>

using namespace zddm::lifecycle;

namespace {
struct without_a_clock {
  std::optional<stored> read(std::string_view);
  std::vector<stored> list(std::string_view);
  bool commit(std::span<change const>);
};
struct commits_blindly : without_a_clock {
  void commit(std::span<change const>);
  std::chrono::milliseconds now();
};
} // namespace

TEST_CASE("the concept asks for four calls, and takes no less") {
  CHECK(state_store<zddm::memory::state_store>);
  CHECK_FALSE(state_store<without_a_clock>);
  CHECK_FALSE(state_store<commits_blindly>);
}

TEST_CASE("a change expects whatever is there unless it says otherwise") {
  change const c{"m/a/state", any_revision, std::nullopt};
  CHECK(change{}.expected == any_revision);
  CHECK_FALSE(c.value.has_value());
  CHECK(any_revision != 0);
}
