// SPDX-License-Identifier: BSL-1.0
#include <zddm/core/outcome.hpp>

#include <set>

#include <doctest/doctest.h>

using zddm::reached;

TEST_CASE("a write that was asked of no store reached none") {
  static_assert(zddm::write_outcome{} == zddm::write_outcome{reached::not_asked, reached::not_asked});
  static_assert(zddm::write_outcome{reached::applied} != zddm::write_outcome{});
}

TEST_CASE("every outcome has its own word") {
  std::set<std::string_view> words;
  for (auto const r : {reached::not_asked, reached::applied, reached::invalidated, reached::unknown, reached::journaled})
    words.insert(zddm::to_string(r));
  CHECK(words.size() == 5);
  CHECK(zddm::to_string(reached::journaled) == "journaled");
}
