// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/status.hpp>

#include <doctest/doctest.h>

TEST_CASE("status: nothing is known of a backfill that has not begun") {
  zddm::backfill::status const s{};
  CHECK_FALSE(s.coverage.planned);
  CHECK_FALSE(s.rows_per_second);
  CHECK_FALSE(s.left);
  CHECK(s.throttled.empty());
  CHECK(s.throttle.empty());
  CHECK_FALSE(s.paused);
  CHECK(s.processes == 1);
}
