// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/mark.hpp>

#include <string>
#include <vector>

#include <doctest/doctest.h>

using zddm::backfill::mark;

TEST_CASE("mark: what came behind is added, and the last key is the later one") {
  mark m{"10", 5, 2, 1, {"7"}, 100};
  m += {"20", 3, 0, 1, {"14"}, 50};
  CHECK(m == mark{"20", 8, 2, 2, {"7", "14"}, 150});
  CHECK(m.covered() == 12);
  m += {};
  CHECK(m.last == "20");
}

TEST_CASE("mark: its note in a queue gives it back, and no note is an empty mark") {
  mark const m{"\"O'Hara\\n\"", 5, 2, 1, {"14"}, 7};
  CHECK(mark::decoded(m.encoded()) == m);
  CHECK(mark::decoded("") == mark{});
  CHECK_THROWS_WITH(mark::decoded("rubbish"), doctest::Contains("ZD-201"));
  CHECK_THROWS_WITH(mark::decoded("zddm mark 99 9.9.9\n{}"), doctest::Contains("ZD-202"));
}
