// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/state_queue.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>

#include <zddm/memory/state_store.hpp>
#include <zddm/testing/laws/work_queue.hpp>

using namespace std::chrono_literals;
using zddm::backfill::counts;
using zddm::backfill::wanted;
using zddm::backfill::work;
using state_store = zddm::memory::state_store;
using queue = zddm::backfill::state_queue<state_store>;

namespace {

/// A queue with a state store of its own.
struct owned {
  std::unique_ptr<state_store> state = std::make_unique<state_store>();
  queue inner{*state, "people"};

  bool make(std::string_view text, std::uint64_t n) { return inner.make(text, n); }
  auto plan() { return inner.plan(); }
  auto claim(std::uint64_t p, std::string_view by, wanted const& w, std::chrono::milliseconds l) {
    return inner.claim(p, by, w, l);
  }
  bool report(zddm::backfill::task const& t, zddm::backfill::report const& r) { return inner.report(t, r); }
  auto items(std::uint64_t p) { return inner.items(p); }
  auto counts(std::uint64_t p) { return inner.counts(p); }
  auto reopen(std::uint64_t p) { return inner.reopen(p); }
  void forget() { inner.forget(); }
};

} // namespace

TEST_CASE("state_queue keeps the laws") {
  zddm::testing::laws::work_queue([] { return owned(); }, [](std::string_view law) { FAIL_CHECK(law); });
}

TEST_CASE("state_queue: a lease ends on the state store's clock, to the millisecond") {
  state_store state;
  std::chrono::milliseconds time = 1h;
  state.clock([&] { return time; });
  queue q(state, "people");
  q.make("p", 1);
  auto const plan = q.plan()->id;
  auto const t = q.claim(plan, "a", {}, 30s);
  REQUIRE(t.size() == 1);
  time += 30s;
  CHECK(q.items(plan)[0].left == 0ms);
  CHECK(q.report(t[0], {}));
  time += 30s;
  CHECK(q.claim(plan, "b", {}, 30s).empty());
  time += 1ms;
  CHECK_FALSE(q.report(t[0], {}));
  CHECK(q.claim(plan, "b", {}, 30s).size() == 1);
}

TEST_CASE("state_queue: items nobody has claimed take no room, and what is forgotten leaves none") {
  state_store state;
  queue q(state, "people"), other(state, "people2");
  other.make("o", 1);
  q.make("p", 4096);
  CHECK(state.list("m/people/").size() == 1);
  q.claim(q.plan()->id, "a", wanted{3}, 30s);
  CHECK(state.list("m/people/").size() == 4);
  CHECK(q.counts(q.plan()->id) == counts{4093, 3, 0, 0});
  q.forget();
  CHECK(state.list("m/people/").empty());
  CHECK(other.plan());
}

TEST_CASE("state_queue: what is no entry of it is refused by name") {
  state_store state;
  queue q(state, "people");
  q.make("p", 2);
  q.claim(q.plan()->id, "a", {}, 30s);
  auto const path = state.list("m/people/backfill/").front().path;
  zddm::lifecycle::change const damage{path, zddm::lifecycle::any_revision, "rubbish"};
  state.commit(std::span(&damage, 1));
  CHECK_THROWS_WITH(q.items(q.plan()->id), doctest::Contains("ZD-201"));
}
