// SPDX-License-Identifier: BSL-1.0
#include <zddm/memory/state_store.hpp>

#include <chrono>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/testing/laws/state_store.hpp>

using namespace std::chrono_literals;
using zddm::lifecycle::change;
using zddm::memory::state_store;

static_assert(zddm::lifecycle::state_store<state_store>);

TEST_CASE("memory state_store keeps the laws") {
  zddm::testing::laws::state_store([] { return state_store(); }, [](std::string_view law) { FAIL_CHECK(law); });
}

TEST_CASE("memory state_store keeps bytes that are no text") {
  state_store s;
  std::string const odd("a\0b\xff", 4);
  REQUIRE(s.commit(std::vector<change>{{odd, 0, odd}}));
  CHECK(s.read(odd)->value == odd);
  CHECK_FALSE(s.read("a"));
  CHECK(s.list(std::string_view("a\0", 2)).size() == 1);
}

TEST_CASE("memory state_store applies the changes of one path in their order") {
  state_store s;
  REQUIRE(s.commit(std::vector<change>{{"a", 0, "1"}, {"a", 0, "2"}}));
  CHECK(s.read("a")->value == "2");
  REQUIRE(s.commit(std::vector<change>{{"a", zddm::lifecycle::any_revision, "3"}, {"a", zddm::lifecycle::any_revision, {}}}));
  CHECK_FALSE(s.read("a"));
}

TEST_CASE("memory state_store tells the time it is given but never goes back") {
  state_store s;
  CHECK(s.now() > 0ms);
  state_store t;
  t.clock([] { return 500ms; });
  CHECK(t.now() == 500ms);
  t.clock([] { return 400ms; });
  CHECK(t.now() == 500ms);
  t.clock([] { return 501ms; });
  CHECK(t.now() == 501ms);
}
