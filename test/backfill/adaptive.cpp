// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/adaptive.hpp>

#include <chrono>
#include <vector>

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using zddm::backfill::adaptive;
using zddm::backfill::latency;
using zddm::backfill::load;

static_assert(zddm::backfill::throttle<adaptive>);

namespace {

/// Pages of that cost, one after the other, for that many seconds; the wait after the last one.
zddm::backfill::pause work(adaptive& a, std::chrono::nanoseconds& now, int seconds, std::chrono::nanoseconds reading,
                           std::chrono::nanoseconds writing) {
  zddm::backfill::pause last;
  for (auto const end = now + std::chrono::seconds(seconds); now < end;) {
    now += reading + writing;
    last = a.after(load{1000, 0, reading, writing}, now);
    now += last.time;
  }
  return last;
}

} // namespace

TEST_CASE("adaptive never waits without a limit, nor while both stores are below theirs") {
  adaptive free, ample(latency{100ms, 100ms});
  std::chrono::nanoseconds now = 1s;
  CHECK(work(free, now, 10, 90ms, 90ms).time == 0ns);
  CHECK(work(ample, now, 10, 90ms, 90ms).time == 0ns);
}

TEST_CASE("adaptive backs off step by step while a store is slow, says which, and comes back") {
  adaptive a(latency{25ms, 0ms});
  std::chrono::nanoseconds now = 1s;
  CHECK(work(a, now, 1, 10ms, 500ms).time == 0ns);
  auto const first = work(a, now, 2, 31ms, 10ms);
  CHECK(first.time > 0ns);
  CHECK(first.reason == "latency of Old");
  auto const later = work(a, now, 8, 31ms, 10ms);
  CHECK(later.time > 4 * first.time);
  auto const forever = work(a, now, 600, 31ms, 10ms);
  CHECK(forever.time <= 64 * 41ms);
  CHECK(work(a, now, 60, 22ms, 10ms).time > 0ns); // below the limit, but not by a fifth
  CHECK(work(a, now, 60, 10ms, 10ms).time == 0ns);
}

TEST_CASE("adaptive watches New as well, and names the one that is worse") {
  adaptive a(latency{25ms, 10ms});
  std::chrono::nanoseconds now = 1s;
  CHECK(work(a, now, 5, 26ms, 30ms).reason == "latency of New");
  adaptive b(latency{25ms, 10ms});
  CHECK(work(b, now, 5, 200ms, 30ms).reason == "latency of Old");
}

TEST_CASE("adaptive takes one slow page in a hundred, and no more") {
  adaptive a(latency{25ms, 0ms});
  std::chrono::nanoseconds now = 1s;
  auto const pages = [&](int slow) {
    zddm::backfill::pause p;
    for (int i = 0; i < 1000; ++i) {
      now += 1ms;
      p = a.after(load{1000, 0, i < slow ? 40ms : 1ms, 0ms}, now);
    }
    now += 1ms;
    return a.after(load{1000, 0, 1ms, 0ms}, now);
  };
  CHECK(pages(9).time == 0ns);
  CHECK(pages(30).time > 0ns);
}

TEST_CASE("adaptive believes the probe, and the pages where the probe says nothing") {
  latency probed{};
  int asked = 0;
  adaptive a(latency{25ms, 25ms}, [&] {
    ++asked;
    return probed;
  });
  std::chrono::nanoseconds now = 1s;
  CHECK(work(a, now, 5, 40ms, 1ms).reason == "latency of Old");
  probed = {1ms, 1ms};
  CHECK(work(a, now, 60, 40ms, 1ms).time == 0ns);
  probed = {1ms, 90ms};
  CHECK(work(a, now, 5, 1ms, 1ms).reason == "latency of New");
  CHECK(asked > 10);
  CHECK(asked < 80);
}

TEST_CASE("adaptive goes by the pages for the one store of which the probe says nothing") {
  latency probed{1ms, 0ms}; // nobody reads New yet
  adaptive a(latency{25ms, 25ms}, [&] { return probed; });
  std::chrono::nanoseconds now = 1s;
  CHECK(work(a, now, 5, 1ms, 40ms).reason == "latency of New");
  CHECK(work(a, now, 60, 40ms, 1ms).time == 0ns);
  probed = {0ms, 1ms};
  CHECK(work(a, now, 5, 40ms, 1ms).reason == "latency of Old");
}

TEST_CASE("adaptive obeys another limit at once, and none") {
  adaptive a(latency{25ms, 0ms});
  std::chrono::nanoseconds now = 1s;
  CHECK(work(a, now, 10, 31ms, 10ms).time > 0ns);
  a.limit({50ms, 0ms});
  CHECK(work(a, now, 10, 31ms, 10ms).time == 0ns);
  a.limit({1ms, 0ms});
  CHECK(work(a, now, 10, 31ms, 10ms).time > 0ns);
  a.limit({});
  CHECK(work(a, now, 1, 31ms, 10ms).time == 0ns);
}

TEST_CASE("adaptive never waits longer than a minute") {
  adaptive a(latency{1ms, 0ms});
  std::chrono::nanoseconds now = 1s;
  CHECK(work(a, now, 100'000, 30s, 10ms).time == 1min);
}
