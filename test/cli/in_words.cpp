// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/in_words.hpp>

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using zddm::cli::in_words;
using zddm::cli::latency_in_words;
using zddm::cli::percent_of;

TEST_CASE("in words: a share is whole only where nothing is missing") {
  CHECK(percent_of(1) == "100 %");
  CHECK(percent_of(0.99999999) == "99.99 %");
  CHECK(percent_of(0.9999999999999) == "99.99 %");
  CHECK(percent_of(0.5) == "50.00 %");
  for (int n = 0; n < 100; ++n) CHECK(percent_of(1 - n * 1e-4) == (n == 0 ? "100 %" : fmt::format("{:.2f} %", 100 - n * 0.01)));
  CHECK(percent_of(0) == "0.00 %");
}

TEST_CASE("in words: how long a call took") {
  CHECK(latency_in_words(0ns) == "0 ns");
  CHECK(latency_in_words(999ns) == "999 ns");
  CHECK(latency_in_words(std::chrono::nanoseconds(1200)) == "1.2 us");
  CHECK(latency_in_words(std::chrono::nanoseconds(31'400'000)) == "31 ms");
  CHECK(latency_in_words(std::chrono::nanoseconds(9'960'000)) == "10 ms");
  CHECK(latency_in_words(std::chrono::nanoseconds(2'500'000'000)) == "2.5 s");
}

TEST_CASE("in words: how long a job takes") {
  CHECK(in_words(12s) == "12 s");
  CHECK(in_words(38min + 20s) == "38 min");
  CHECK(in_words(2h + 5min) == "2 h 5 min");
  CHECK(in_words(1h) == "1 h");
}

TEST_CASE("in words: an instant of the state store, and what is none") {
  CHECK(zddm::cli::time_in_words("2026-11-21T11:40:07Z") == "2026-11-21 11:40:07 UTC");
  CHECK(zddm::cli::time_in_words("Then") == "Then");
  CHECK(zddm::cli::time_in_words("") == "");
}
