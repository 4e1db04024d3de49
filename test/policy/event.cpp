// SPDX-License-Identifier: BSL-1.0
#include <zddm/policy/event.hpp>

#include <set>
#include <string_view>
#include <type_traits>

#include <doctest/doctest.h>

TEST_CASE("policy event: every side, operation and result has a word of its own") {
  using namespace zddm::event;
  CHECK(to_string(side::old_store) == "old");
  CHECK(to_string(side::new_store) == "new");
  CHECK(to_string(result::ok) == "ok");
  CHECK(to_string(result::failed) == "failed");
  std::set<std::string_view> words;
  for (auto const o : {operation::read, operation::write, operation::erase, operation::update, operation::fill})
    words.insert(to_string(o));
  CHECK(words == std::set<std::string_view>{"erase", "fill", "read", "update", "write"});
}

TEST_CASE("policy event: events are plain and carry neither keys nor values") {
  using namespace zddm::event;
  static_assert(std::is_trivially_copyable_v<call> && std::is_trivially_copyable_v<answered> &&
                std::is_trivially_copyable_v<filled>);
  static_assert(std::is_trivially_copyable_v<fell_back> && std::is_empty_v<quarantined>);
  CHECK(sizeof(call) <= 16);
}
