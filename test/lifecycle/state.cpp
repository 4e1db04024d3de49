// SPDX-License-Identifier: BSL-1.0
#include <zddm/lifecycle/state.hpp>

#include <doctest/doctest.h>

using namespace zddm::lifecycle;

TEST_CASE("state: every durable state settles in a row of its own name") {
  for (std::size_t i = 0; i < state_names.size(); ++i) {
    auto const s = static_cast<state>(i);
    CHECK(to_string(settled(s)) == to_string(s));
    CHECK(durable(settled(s)) == s);
  }
}

TEST_CASE("state: rows that are only announced settle as nothing") {
  for (auto const r : {row::preparing, row::migrating, row::switching, row::completing}) CHECK_FALSE(durable(r));
}

TEST_CASE("state: rows are found by their name, and nothing else is") {
  for (std::size_t i = 0; i < row_names.size(); ++i) {
    auto const r = static_cast<row>(i);
    CHECK(row_named(to_string(r)) == r);
  }
  for (auto const* name : {"", "Unrun", "unrun ", "switch", "switched\n"}) CHECK_FALSE(row_named(name));
}
