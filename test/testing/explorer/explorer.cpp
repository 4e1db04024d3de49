// SPDX-License-Identifier: BSL-1.0
#include <zddm/testing/explorer/explorer.hpp>

#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/memory/store.hpp>
#include <zddm/testing/explorer/store.hpp>

namespace explorer = zddm::testing::explorer;
using explorer::fault;

namespace {

using rows = zddm::memory::store<int, int>;
using store = explorer::stepping<rows>;

/// Processes that each add one to a counter by a read and a write.
struct counter {
  std::optional<rows> inner;
  std::optional<store> stepping;
  int errors = 0;

  void set_up(explorer::explorer& e, int processes) {
    inner.emplace();
    inner->put(0, 0);
    stepping.emplace(*inner, 0);
    errors = 0;
    for (int i = 0; i < processes; ++i)
      e.spawn(i, [this] {
        try {
          auto const n = *stepping->get(0);
          stepping->put(0, n + 1);
        } catch (zddm::store_error const&) {
          ++errors;
        } catch (explorer::cancelled const&) {
          ++errors;
        }
      });
  }
  int value() { return *inner->get(0); }
};

} // namespace

TEST_CASE("explorer: every order of the steps is tried, and the first that fails is told") {
  counter c;
  explorer::explorer e;
  auto const t = e.run([&] { c.set_up(e, 2); }, [&] { return c.value() == 2; });
  CHECK(t.complete);
  CHECK(t.failed > 0);
  CHECK(t.failed < t.schedules);
  CHECK(t.witness == "0 starts, 0 get, 1 starts, 1 get, 0 put, 1 put");
}

TEST_CASE("explorer: a bound that is reached is not called complete") {
  counter c;
  explorer::explorer e({.schedules = 2});
  CHECK_FALSE(e.run([&] { c.set_up(e, 3); }, [] { return true; }).complete);
}

TEST_CASE("explorer: a process may die between any two steps") {
  counter c;
  explorer::explorer e({.crashes = 1});
  int least = 9;
  auto const t = e.run([&] { c.set_up(e, 1); },
                       [&] {
                         least = std::min(least, c.value());
                         return !e.crashed(0) || c.value() == 0;
                       });
  CHECK(least == 0);
  CHECK(t.failed == 0);
}

TEST_CASE("explorer: a call fails in the ways that are asked for, and in no other") {
  struct expectation {
    fault way;
    std::vector<int> values; ///< of the counter when the call of one process fails and another comes after it
  };
  auto const seen = [](fault way) {
    counter c;
    explorer::explorer e({.faults = 1, .ways = {way}});
    std::vector<int> values;
    auto const t = e.run([&] { c.set_up(e, 1); },
                         [&] {
                           if (c.errors > 0) values.push_back(c.value());
                           return true;
                         });
    CHECK(t.complete);
    return values;
  };
  CHECK(seen(fault::before) == std::vector<int>{0, 0}); // of get, of put
  CHECK(seen(fault::cancelled) == std::vector<int>{0, 0});
  CHECK(seen(fault::after) == std::vector<int>{1});
  CHECK(seen(fault::late) == std::vector<int>{1});
}

TEST_CASE("explorer: the effect of a call that timed out may come after later writes") {
  rows inner;
  std::optional<store> s;
  explorer::explorer e({.faults = 1, .ways = {fault::late}});
  bool again = false, overwritten = false;
  e.run(
      [&] {
        inner.put(0, 0);
        s.emplace(inner, 0);
        again = false;
        e.spawn(0, [&] {
          try {
            s->put(0, 1);
          } catch (zddm::store_error const&) {
            s->put(0, 2);
            again = true;
          }
        });
      },
      [&] {
        overwritten |= again && inner.get(0) == 1;
        return true;
      });
  CHECK(overwritten);
}

TEST_CASE("explorer: drawn schedules find what the enumerated ones find, and a seed draws the same schedule again") {
  for (int const depth : {1, 3}) {
    counter c;
    explorer::explorer e;
    auto const t = e.sample(1, 2000, depth, [&] { c.set_up(e, 3); }, [&] { return c.value() == 3; });
    CHECK(t.schedules == 2000);
    CHECK_FALSE(t.complete);
    REQUIRE(t.failed > 0);
    auto const again = e.sample(t.seed, 1, depth, [&] { c.set_up(e, 3); }, [&] { return c.value() == 3; });
    CHECK(again.failed == 1);
    CHECK(again.witness == t.witness);
  }
}

TEST_CASE("explorer: drawn schedules know deaths and faults too") {
  counter c;
  explorer::explorer e({.crashes = 1, .faults = 1, .ways = {fault::before, fault::after, fault::late, fault::cancelled}});
  int died = 0, failed = 0;
  e.sample(
      7, 2000, 3, [&] { c.set_up(e, 2); },
      [&] {
        died += e.crashed(0) || e.crashed(1);
        failed += c.errors;
        return true;
      });
  CHECK(died > 0);
  CHECK(failed > 0);
}

TEST_CASE("explorer: a process that waits goes on when another changes something, and is told when nobody will") {
  rows inner;
  std::optional<store> s;
  explorer::explorer e;
  auto const t = e.run(
      [&] {
        inner.erase(0);
        s.emplace(inner, 0);
        e.spawn(0, [&] {
          while (!s->get(0))
            if (!e.wait()) return;
          s->put(1, 1);
        });
        e.spawn(1, [&] { s->put(0, 1); });
      },
      [&] { return inner.get(1) == 1; });
  CHECK(t.failed == 0);
  CHECK(t.complete);
}
