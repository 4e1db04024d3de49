// SPDX-License-Identifier: BSL-1.0
#include <zddm/testing/manual_executor.hpp>

#include <vector>

#include <doctest/doctest.h>

static_assert(zddm::executor<zddm::testing::manual_executor>);

TEST_CASE("manual_executor: tasks run in order when told, and no more are taken than there is room for") {
  zddm::testing::manual_executor e(2);
  std::vector<int> seen;
  CHECK(e.post(1, [&] { seen.push_back(1); }));
  CHECK(e.post(2, [&] { seen.push_back(2); }));
  CHECK_FALSE(e.post(3, [&] { seen.push_back(3); }));
  CHECK(e.waiting() == 2);
  CHECK(e.run_one());
  CHECK(seen == std::vector<int>{1});
  e.flush();
  CHECK(seen == std::vector<int>{1, 2});
  CHECK_FALSE(e.run_one());
}
