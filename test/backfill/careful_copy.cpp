// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/careful_copy.hpp>

#include <chrono>
#include <stop_token>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <zddm/memory/store.hpp>

#include "tools/watched.hpp"

using namespace std::chrono_literals;
using people = zddm::memory::store<int, std::string>;
using watched_people = test::watched<people>;
using careful = zddm::backfill::careful_copy<watched_people, watched_people>;

TEST_CASE("careful_copy notes what a page asks of each store, and does again what fails for a moment") {
  people from, to;
  for (int i = 1; i <= 10; ++i) from.put(i, std::string(100, 'x'));
  std::chrono::nanoseconds now = 1s;
  zddm::timing const time{[&] { return now; }, [&](std::chrono::nanoseconds t, std::stop_token const&) { now += t; }};
  int failures = 2;
  watched_people old_store(from, [&](std::string_view call, bool after) {
    if (call != "scan" || after) return;
    now += 5ms;
    if (failures-- > 0) throw zddm::store_error(zddm::error_class::transient, "busy");
  });
  watched_people new_store(to, [&](std::string_view call, bool after) {
    if (call == "fill_many" && !after) now += 7ms;
  });
  careful c(old_store, new_store, time, 6, {});
  careful::page_type page;
  c.read({}, 4, page);
  CHECK(page.spent.rows == 4);
  CHECK(page.spent.bytes > 400);
  CHECK(page.spent.reading == 3 * 5ms + 10ms + 20ms);
  CHECK(c.write(page) == 4);
  CHECK(page.spent.writing == 7ms);
  CHECK(to.size() == 4);
}
