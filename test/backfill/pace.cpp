// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/pace.hpp>

#include <chrono>

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using zddm::backfill::load;
using zddm::backfill::pace;
using zddm::backfill::pause;
using zddm::backfill::settings;

namespace {
pause none(load const&, std::chrono::nanoseconds) { return {}; }
} // namespace

TEST_CASE("pace: a page holds what the settings say, and no more than this process's part of a second") {
  pace p(none, {});
  settings live;
  live.batch = 500;
  live.page_bytes = 4096;
  CHECK(p.next_page(live, 1).rows == 500);
  CHECK(p.next_page(live, 1).bytes == 4096);
  live.rows_per_second = 300;
  live.bytes_per_second = 1000;
  CHECK(p.next_page(live, 1).rows == 300);
  CHECK(p.next_page(live, 3).rows == 100);
  CHECK(p.next_page(live, 4).bytes == 250);
  live.rows_per_second = 0.5; // a page has a row
  CHECK(p.next_page(live, 10).rows == 1);
}

TEST_CASE("pace: no page while the copy is paused") {
  pace p(none, {});
  settings live;
  live.paused = true;
  CHECK(p.next_page(live, 1).rows == 0);
  CHECK(p.paused());
  live.paused = false;
  CHECK(p.next_page(live, 1).rows > 0);
  CHECK_FALSE(p.paused());
}

TEST_CASE("pace: of several reasons to wait the longest holds, and what was waited is counted") {
  std::chrono::nanoseconds by_caller = 0ns;
  pace p([&](auto const&...) { return pause{by_caller, "by hand"}; }, {});
  settings live;
  live.rows_per_second = 100;
  p.next_page(live, 1);
  load page;
  page.rows = 100;
  p.after(page, 0ns);
  auto const wait = p.after(page, 0ns);
  CHECK(wait.time > 500ms);
  CHECK(wait.reason == "rows per second");
  CHECK(p.reason() == wait.reason);
  by_caller = 1min;
  CHECK(p.after(page, 0ns).time == 1min);
  CHECK(p.reason() == "by hand");
  CHECK(p.waited().empty());
  p.waited({300ms, "rows per second"});
  p.waited({200ms, "rows per second"});
  p.waited({1s, "by hand"});
  CHECK(p.waited().at("rows per second") == 500ms);
  CHECK(p.waited().at("by hand") == 1s);
}

TEST_CASE("pace: where nothing holds it back there is no reason") {
  pace p(none, {});
  p.next_page({}, 1);
  CHECK(p.after({}, 0ns).time == 0ns);
  CHECK(p.reason().empty());
  CHECK(p.waited().empty());
}
