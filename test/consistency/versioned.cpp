// SPDX-License-Identifier: BSL-1.0
#include <zddm/consistency/versioned.hpp>

#include <atomic>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/cache/flow.hpp>
#include <zddm/cache/read_through.hpp>
#include <zddm/cache/write_invalidate.hpp>
#include <zddm/consistency/sampled.hpp>
#include <zddm/gate/dial.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/guarantee.hpp>
#include <zddm/proxy/proxy.hpp>
#include <zddm/testing/faulty_store.hpp>

using namespace zddm;
using lifecycle::row;
using lifecycle::step;

namespace {

using table = memory::store<std::string, int>;
using faulty = testing::faulty_store<table>;

template <class... Policies> struct fixture {
  explicit fixture(row at = row::unrun) {
    auto s = life.current();
    s.at = at;
    s.rate = s.high_water = s.announced = threshold::open();
    s.epoch = 1;
    life.publish(s);
  }
  void to(row at) {
    auto s = life.current();
    s.at = at;
    ++s.epoch;
    life.publish(s);
  }

  table old_rows, inner;
  faulty new_rows{inner};
  lifecycle::handle life{"trial", {}, 7};
  proxy<table, faulty, lifecycle::local, gate::dial, consistency::versioned, Policies...> p{old_rows, new_rows, life};
};

std::optional<int> increment(std::optional<int> const& n) { return n.value_or(0) + 1; }

} // namespace

TEST_CASE("versioned: every write has a version of Old, from unrun on") {
  fixture f(row::unrun);
  f.p.write("k", 1);
  CHECK(f.old_rows.get_versioned("k") == zddm::versioned<int>{1, {1, 7}});
  CHECK(f.p.update("k", increment) == 2);
  CHECK(f.old_rows.get_versioned("k") == zddm::versioned<int>{2, {2, 7}});
  f.p.erase("k");
  CHECK(f.old_rows.get_versioned("k") == zddm::versioned<int>{{}, {3, 7}});
  CHECK(f.inner.get_versioned("k") == zddm::versioned<int>{});
}

TEST_CASE("versioned: New is given the value with Old's version, and a read fills with it") {
  fixture f(row::prepared);
  CHECK(f.p.write("k", 1) == write_outcome{reached::applied, reached::applied});
  CHECK(f.inner.get_versioned("k") == zddm::versioned<int>{1, {1, 7}});
  f.old_rows.put_next("other", 5, 9);
  CHECK(f.p.read("other") == 5);
  CHECK(f.inner.get_versioned("other") == zddm::versioned<int>{5, {1, 9}});
  SUBCASE("a row that was there before versions were is older than all of them") {
    f.old_rows.put("before", 3);
    CHECK(f.p.read("before") == 3);
    CHECK(f.inner.get("before") == 3);
    f.p.write("before", 4);
    CHECK(f.inner.get("before") == 4);
  }
}

TEST_CASE("versioned: what New is told late, it refuses") {
  fixture f(row::prepared);
  f.p.write("k", 1);
  f.p.write("k", 2);
  CHECK_FALSE(f.inner.put_if_newer("k", 1, {1, 7}));
  f.p.erase("k");
  CHECK_FALSE(f.inner.put_if_newer("k", 2, {2, 7}));
  CHECK(!f.p.read("k"));
}

TEST_CASE("versioned: where a write carries no value New forgets the key, and takes Old's next fill") {
  fixture f(row::prepared);
  f.p.write("k", 1);
  f.to(row::preparing);
  CHECK(f.p.write("k", 2) == write_outcome{reached::applied, reached::invalidated});
  CHECK(!f.inner.get("k"));
  f.to(row::prepared);
  CHECK(f.p.read("k") == 2);
  CHECK(f.inner.get_versioned("k") == zddm::versioned<int>{2, {2, 7}});

  fixture<cache::flow<cache::read_through, cache::write_invalidate>> g(row::prepared);
  CHECK(g.p.write("k", 1).new_store == reached::invalidated);
  CHECK(g.p.read("k") == 1);
  CHECK(g.inner.get("k") == 1);
}

TEST_CASE("versioned: a New that fails a write is shut out before the write is acknowledged, and the key written down") {
  fixture f(row::prepared);
  f.p.write("k", 1);
  f.new_rows.script(testing::fail_always());
  CHECK(f.p.write("k", 2) == write_outcome{reached::applied, reached::journaled});
  CHECK(f.life.current().shut == lifecycle::quarantine::settled);
  CHECK(f.p.read("k") == 2);
  CHECK(f.p.write("k", 3).new_store == reached::journaled);
  CHECK(f.old_rows.get_versioned("k").version == version{3, 7});
  CHECK_THROWS_AS(f.p.rejoin(), store_error);
  f.new_rows.script({});
  CHECK(f.p.rejoin() == 1);
  CHECK(f.inner.get_versioned("k") == zddm::versioned<int>{3, {3, 7}});
  CHECK(f.p.read("k") == 3);
}

TEST_CASE("versioned: where New is required its failure is an unknown outcome, and catching up is a fill") {
  fixture f(row::switched);
  f.p.write("k", 1);
  f.new_rows.script(testing::fail_always());
  try {
    f.p.write("k", 2);
    FAIL("acknowledged");
  } catch (store_error const& e) {
    CHECK(e.kind() == error_class::unknown_outcome);
    CHECK(e.code() == 113);
  }
  f.new_rows.script({});
  CHECK(f.p.fill("k"));
  CHECK(f.p.read("k") == 2);
}

TEST_CASE("versioned: in completing New assigns the version, above what Old can have given beside it") {
  fixture f(row::switched);
  f.p.write("k", 1);
  f.to(row::completing);
  CHECK(f.p.write("k", 2) == write_outcome{reached::applied, reached::applied});
  CHECK(f.inner.get_versioned("k") == f.old_rows.get_versioned("k"));
  CHECK(f.inner.get_versioned("k").version.counter > 1'000'000);
  CHECK(f.p.read("k") == 2);
  f.p.erase("k");
  CHECK(!f.p.read("k"));
  CHECK(!f.old_rows.get("k"));
  SUBCASE("an erase is known by New: Old is not asked") {
    f.old_rows.put("k", 9);
    CHECK(!f.p.read("k"));
  }
  SUBCASE("a key of which New was never told asks Old") {
    f.old_rows.put_next("other", 4, 9);
    CHECK(f.p.read("other") == 4);
    CHECK(!f.inner.get("other"));
  }
}

TEST_CASE("versioned: an update waits until the authority has passed to New") {
  fixture f(row::switched);
  f.p.write("k", 1);
  f.to(row::completing);
  std::atomic<bool> done{false};
  std::thread updater([&] {
    CHECK(f.p.update("k", increment) == 2);
    done = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK_FALSE(done);
  f.to(row::completed);
  updater.join();
  CHECK(f.inner.get("k") == 2);
  CHECK(f.old_rows.get("k") == 1);
}

TEST_CASE("versioned: updates at once are each applied once") {
  for (auto const at : {row::unrun, row::prepared, row::switched, row::completed}) {
    fixture f(at);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < 50; ++i) (void)f.p.update("k", increment);
      });
    for (auto& t : threads) t.join();
    CHECK(f.p.read("k") == 200);
  }
}

TEST_CASE("versioned: what the caller's function throws leaves both stores as they were") {
  fixture f(row::prepared);
  f.p.write("k", 1);
  auto const fails = [](std::optional<int> const&) -> std::optional<int> { throw std::domain_error("no"); };
  CHECK_THROWS_AS(f.p.update("k", fails), std::domain_error);
  CHECK(f.p.read("k") == 1);
  CHECK(f.old_rows.get_versioned("k").version == version{1, 7});
}

TEST_CASE("versioned: a copy is made only where every process tells New of its writes") {
  fixture f(row::unrun);
  f.p.write("k", 1);
  for (auto const at : {row::unrun, row::preparing}) {
    f.to(at);
    CHECK_FALSE(f.p.fill("k"));
  }
  f.to(row::migrating);
  CHECK(f.p.fill("k"));
  CHECK_FALSE(f.p.fill("k"));
  CHECK_FALSE(f.p.fill("nobody"));
  f.to(row::completed);
  f.old_rows.put_next("k", 9, 9);
  CHECK_FALSE(f.p.fill("k"));
}

TEST_CASE("versioned: a poisoned value of New is replaced, whatever version it claims") {
  for (auto const poison : {version{1, 7}, version{50, 3}}) {
    table old_rows, new_rows;
    lifecycle::handle life("trial", {}, 7);
    proxy<table, table, lifecycle::local, gate::dial, consistency::sampled<1, 1, consistency::repair, consistency::versioned>> p(
        old_rows, new_rows, life);
    life.take(step::prepare);
    life.set_rate(threshold::open());
    p.write("k", 1);
    new_rows.clear();
    new_rows.put_if_newer("k", 66, poison);
    (void)p.read("k");
    if (poison == version{1, 7}) CHECK(p.read("k") == 1); // a version ahead of Old's may be a write in flight
    CHECK(old_rows.get("k") == 1);
  }
}

TEST_CASE("versioned: what it needs, and what it promises") {
  using fleet = proxy<table, table, lifecycle::local, consistency::versioned>;
  constexpr auto p = promise_of<fleet>;
  static_assert(p.reads == agreement::regular);
  static_assert(guarantees<fleet, guarantee::convergent>);
  static_assert(!guarantees<fleet, guarantee::regular>);
  static_assert(!guarantees<fleet, guarantee::crash_safe>);
  static_assert(p.closed.has(hazard::update_on_two_bases) && p.closed.has(hazard::unhealed_poison));
  struct plain {
    using key_type = int;
    using value_type = int;
    std::optional<int> get(int);
    void put(int, int);
    void erase(int);
  };
  using bound = consistency::versioned::bind<model<int, int, std::chrono::steady_clock>>;
  static_assert(!bound::serves<plain> && !bound::serves_old<plain> && bound::serves<table>);
}
