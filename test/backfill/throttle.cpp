// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/throttle.hpp>

#include <chrono>

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using zddm::backfill::load;
using zddm::backfill::pause;

namespace {

/// A user's own: stays away from Old while its replica lags.
struct replica_lag {
  std::chrono::nanoseconds lag;
  pause after(load const&, std::chrono::nanoseconds) { return {lag > 1s ? lag : 0s, "replication lag"}; }
};

struct says_no_reason {
  std::chrono::nanoseconds after(load const&, std::chrono::nanoseconds);
};

} // namespace

static_assert(zddm::backfill::throttle<replica_lag>);
static_assert(zddm::backfill::throttle<replica_lag&>);
static_assert(!zddm::backfill::throttle<says_no_reason>);
static_assert(!zddm::backfill::throttle<int>);

TEST_CASE("throttle: a page that asked for nothing, and a pause that is none, are the defaults") {
  CHECK(load{}.rows == 0);
  CHECK(load{}.reading == 0ns);
  CHECK(pause{}.time == 0ns);
  CHECK(pause{}.reason.empty());
  CHECK(replica_lag{5s}.after({}, 0s).time == 5s);
}
