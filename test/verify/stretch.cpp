// SPDX-License-Identifier: BSL-1.0
#include <zddm/verify/stretch.hpp>

#include <stop_token>

#include <doctest/doctest.h>

using zddm::verify::stretch;

TEST_CASE("stretch takes every key, however many, unless it is told otherwise") {
  stretch<int> s;
  CHECK(s.wants(1));
  CHECK_FALSE(s.over(1'000'000'000));
  s.takes = [](int key) { return key == 2; };
  CHECK_FALSE(s.wants(1));
  CHECK(s.wants(2));
}

TEST_CASE("stretch is over after as many keys as asked, or when it is stopped") {
  std::stop_source stop;
  stretch<int> const s{.most = 3, .stop = stop.get_token()};
  CHECK_FALSE(s.over(2));
  CHECK(s.over(3));
  stop.request_stop();
  CHECK(s.over(0));
}
