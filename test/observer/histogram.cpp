// SPDX-License-Identifier: BSL-1.0
#include <zddm/observer/histogram.hpp>

#include <cstdint>
#include <limits>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

using std::chrono::nanoseconds;
using zddm::observer::histogram;

TEST_CASE("every duration falls into a bucket whose middle is at most an eighth away") {
  for (std::int64_t n = 4; n < (std::int64_t{1} << 59); n = n + n / 8 + 1) {
    auto const middle = histogram::middle_of(histogram::bucket_of(nanoseconds(n))).count();
    CAPTURE(n);
    CHECK(middle >= n - n / 8);
    CHECK(middle <= n + n / 8 + 1);
  }
  CHECK(histogram::bucket_of(nanoseconds(0)) == 0);
  CHECK(histogram::bucket_of(nanoseconds(-5)) == 0);
  CHECK(histogram::bucket_of(nanoseconds(std::numeric_limits<std::int64_t>::max())) < histogram::buckets);
}

TEST_CASE("quantiles") {
  histogram h;
  CHECK(h.quantile(0.5) == nanoseconds(0));
  for (int i = 0; i < 99; ++i) h.add(nanoseconds(1000));
  h.add(nanoseconds(1'000'000));
  CHECK(h.size() == 100);
  CHECK(h.quantile(0.5) < nanoseconds(1200));
  CHECK(h.quantile(0.99) < nanoseconds(1200));
  CHECK(h.quantile(1) > nanoseconds(800'000));
  auto const before = h.read();
  h.add(nanoseconds(1000));
  CHECK((h.read() - before).size() == 1);
}

TEST_CASE("threads lose no count") {
  histogram h;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 10'000; ++i) h.add(nanoseconds(i));
    });
  for (auto& t : threads) t.join();
  CHECK(h.size() == 40'000);
}
