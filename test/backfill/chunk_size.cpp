// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/chunk_size.hpp>

#include <chrono>
#include <string>

#include <doctest/doctest.h>

#include <zddm/memory/store.hpp>

using namespace std::chrono_literals;
using zddm::backfill::chunk_size;
using zddm::backfill::rows_within;
using rows = zddm::memory::store<int, std::string>;

namespace {
/// On this time passes with each row that is read.
struct slow : rows {
  std::chrono::nanoseconds a_row{0}, passed{0};
  template <class Sink> std::size_t scan(zddm::key_range<int> const& range, std::size_t limit, Sink&& sink) {
    return rows::scan(range, limit, [&](int k, std::string const& v) {
      passed += a_row;
      sink(k, v);
    });
  }
};
} // namespace

TEST_CASE("chunk_size: what comes first counts, rows, bytes or the time that reading takes") {
  slow store;
  for (int k = 0; k < 100; ++k) store.put(k, std::string(1000, 'x'));
  zddm::timing time;
  time.now = [&] { return store.passed; };
  auto const each = zddm::backfill::footprint(0) + zddm::backfill::footprint(std::string(1000, 'x'));
  CHECK(rows_within({}, store, time) == 100'000);
  CHECK(rows_within({.rows = 7}, store, time) == 7);
  CHECK(rows_within({.bytes = 50 * each}, store, time) == 50);
  store.a_row = 1ms;
  CHECK(rows_within({}, store, time) == 10'000);
  CHECK(rows_within({.reading = 20ms}, store, time) == 20);
  CHECK(rows_within({.rows = 5, .bytes = 50 * each, .reading = 20ms}, store, time) == 5);
}

TEST_CASE("chunk_size: a row bigger than a chunk is a chunk, and an empty store has no say") {
  rows wide;
  wide.put(1, std::string(10'000, 'x'));
  CHECK(rows_within({.bytes = 100}, wide, {}) == 1);
  rows none;
  CHECK(rows_within({}, none, {}) == 100'000);
  CHECK(rows_within({.rows = 0}, none, {}) == 1);
}
