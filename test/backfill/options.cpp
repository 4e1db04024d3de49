// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/options.hpp>

#include <doctest/doctest.h>

using zddm::backfill::options;
using zddm::backfill::unique_worker;

TEST_CASE("options: no two workers have the same name, and the owner stands in front") {
  CHECK(options{}.worker != options{}.worker);
  CHECK(unique_worker("host:17").starts_with("host:17/"));
  CHECK(unique_worker("host:17") != unique_worker("host:17"));
}

TEST_CASE("options: the defaults copy everything without limit, and wait for nothing") {
  options const o;
  CHECK_FALSE(o.only);
  CHECK(o.live() == zddm::backfill::settings{});
  CHECK(o.throttle({}, {}).time.count() == 0);
  CHECK(o.save_every < o.lease);
  CHECK(o.retry_failed);
}
