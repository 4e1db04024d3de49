// SPDX-License-Identifier: BSL-1.0
#include <zddm/core/distribution.hpp>

#include <doctest/doctest.h>

#include <zddm/core/text.hpp>

using std::chrono::nanoseconds;
using zddm::distribution;

TEST_CASE("distribution: quantiles, and nothing of nothing") {
  CHECK(distribution{}.size() == 0);
  CHECK(distribution{}.quantile(0.5) == nanoseconds(0));
  distribution const d{{10, 20, 1000}, {50, 49, 1}};
  CHECK(d.size() == 100);
  CHECK(d.quantile(0) == nanoseconds(10));
  CHECK(d.quantile(0.5) == nanoseconds(10));
  CHECK(d.quantile(0.51) == nanoseconds(20));
  CHECK(d.quantile(0.99) == nanoseconds(20));
  CHECK(d.quantile(1) == nanoseconds(1000));
}

TEST_CASE("distribution: a sum holds the calls of both, a difference those that came on top") {
  distribution const a{{10, 30}, {1, 2}}, b{{10, 20, 40}, {5, 6, 7}};
  CHECK(a + b == distribution{{10, 20, 30, 40}, {6, 6, 2, 7}});
  CHECK(a + distribution{} == a);
  CHECK((a + b) - b == a);
  CHECK((a + b) - a == b);
  CHECK(a - a == distribution{});
  CHECK(distribution{} - a == distribution{}); // a process that began anew
}

TEST_CASE("distribution: its text comes back") {
  distribution const d{{10, 30}, {1, 2}};
  CHECK(zddm::text::encode(d) == "{nanoseconds: [10, 30], calls: [1, 2]}");
  CHECK(zddm::text::decode<distribution>(zddm::text::encode(d)) == d);
}
