// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/persist.hpp>

#include <chrono>
#include <stop_token>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/memory/store.hpp>

using namespace std::chrono_literals;
using people = zddm::memory::store<int, int>;
using zddm::error_class;
using zddm::backfill::persist;

namespace {

struct trial {
  std::vector<std::chrono::nanoseconds> slept;
  std::stop_source stop;
  int calls = 0;

  int times(int failures, error_class kind, int attempts = 6, bool repeatable = false) {
    calls = 0;
    slept.clear();
    zddm::timing const time{[] { return 0ns; }, [&](std::chrono::nanoseconds t, std::stop_token const&) { slept.push_back(t); }};
    auto const call = [&] {
      if (++calls <= failures) throw zddm::store_error(kind, "busy");
      return 7;
    };
    return persist<people>(time, attempts, stop.get_token(), call, repeatable);
  }
};

} // namespace

TEST_CASE("persist does again what fails for a moment, and waits longer each time") {
  trial t;
  CHECK(t.times(0, error_class::transient) == 7);
  CHECK(t.slept.empty());
  CHECK(t.times(3, error_class::transient) == 7);
  CHECK(t.slept == std::vector<std::chrono::nanoseconds>{10ms, 20ms, 40ms});
}

TEST_CASE("persist gives up after its attempts, and at once on what may have been applied or will fail again") {
  trial t;
  CHECK_THROWS_AS(t.times(100, error_class::transient), zddm::store_error);
  CHECK(t.calls == 6);
  for (auto const kind : {error_class::permanent, error_class::unknown_outcome}) {
    CHECK_THROWS_AS(t.times(1, kind), zddm::store_error);
    CHECK(t.calls == 1);
  }
  CHECK_THROWS_AS(t.times(1, error_class::transient, 1), zddm::store_error);
}

TEST_CASE("persist calls what may be repeated again, though it may have been applied") {
  trial t;
  CHECK(t.times(2, error_class::unknown_outcome, 6, true) == 7);
  CHECK_THROWS_AS(t.times(1, error_class::permanent, 6, true), zddm::store_error);
}

TEST_CASE("persist gives up where a stop is requested") {
  trial t;
  t.stop.request_stop();
  CHECK_THROWS_AS(t.times(2, error_class::transient), zddm::store_error);
  CHECK(t.calls == 1);
}
