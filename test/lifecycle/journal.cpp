// SPDX-License-Identifier: BSL-1.0
#include <zddm/lifecycle/journal.hpp>

#include <set>
#include <string>

#include <doctest/doctest.h>

#include <zddm/memory/state_store.hpp>

namespace journal = zddm::lifecycle::journal;

TEST_CASE("journal: every key comes back byte for byte, once") {
  zddm::memory::state_store s;
  std::set<std::string> const keys{"", "a", "a/b", std::string("\0\xff", 2), "m/names/state", std::string(300, 'k')};
  for (int twice = 0; twice < 2; ++twice)
    for (auto const& key : keys) journal::note(s, "names", key);
  std::set<std::string> found;
  for (auto const& one : journal::all(s, "names")) CHECK(found.insert(one.key).second);
  CHECK(found == keys);
  CHECK(journal::all(s, "name").empty());
}

TEST_CASE("journal: what is forgotten is gone, and can be noted again") {
  zddm::memory::state_store s;
  journal::note(s, "names", "a");
  journal::note(s, "names", "b");
  auto const before = journal::all(s, "names");
  REQUIRE(before.size() == 2);
  journal::forget(s, before[0]);
  CHECK(journal::all(s, "names").size() == 1);
  journal::note(s, "names", "a");
  journal::forget(s, before[0]);
  CHECK(journal::all(s, "names").size() == 2);
}
