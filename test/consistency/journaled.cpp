// SPDX-License-Identifier: BSL-1.0
#include <zddm/consistency/journaled.hpp>

#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/consistency/key_locked.hpp>
#include <zddm/consistency/unguarded.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/observer/counters.hpp>
#include <zddm/proxy/guarantee.hpp>
#include <zddm/proxy/proxy.hpp>
#include <zddm/testing/faulty_store.hpp>
using namespace zddm;
using lifecycle::step;

namespace {
using rows = memory::store<std::string, int>;
using flaky = testing::faulty_store<rows>;

template <class Inner> using users = proxy<rows, flaky, lifecycle::local, consistency::journaled<Inner>>;
std::optional<int> increment(std::optional<int> const& n) { return n.value_or(0) + 1; }

std::vector<std::string> marked_keys(rows const& r) {
  std::vector<std::string> keys;
  r.marks({}, 100, [&](std::string const& k) { keys.push_back(k); });
  return keys;
}
using consistency::key_locked;
using consistency::unguarded;
} // namespace

static_assert(promise_of<users<key_locked>>.closed.has(hazard::crash_between_writes));
static_assert(!promise_of<proxy<rows, rows, lifecycle::local, key_locked>>.closed.has(hazard::crash_between_writes));

TEST_CASE_TEMPLATE("consistency journaled: a key is marked while the stores may differ, and not afterwards", Inner, key_locked,
                   unguarded) {
  struct watched : rows {
    rows const* old_rows = nullptr;
    std::vector<std::string> seen;
    void put(std::string const& k, int const& v) {
      seen = marked_keys(*old_rows);
      rows::put(k, v);
    }
  };
  rows from;
  watched to;
  to.old_rows = &from;
  lifecycle::handle h("m");
  proxy<rows, watched, lifecycle::local, consistency::journaled<Inner>> p(from, to, h);
  p.write("k", 0);
  CHECK(marked_keys(from).empty());
  h.take(step::prepare);
  p.write("k", 1);
  CHECK(to.seen == std::vector<std::string>{"k"});
  CHECK(marked_keys(from).empty());
  CHECK(p.update("k", increment) == 2);
  CHECK(to.seen == std::vector<std::string>{"k"});
  CHECK(marked_keys(from).empty());
  p.erase("k");
  CHECK(marked_keys(from).empty());
}

TEST_CASE_TEMPLATE("consistency journaled H5: what a process that died left between the stores is healed at the next start",
                   Inner, key_locked, unguarded) {
  rows from, to;
  flaky broken(to);
  lifecycle::handle h("m");
  h.take(step::prepare);
  {
    users<Inner> dies(from, broken, h);
    dies.write("k", 1);
    dies.write("gone", 1);
    broken.script(testing::fail_always());
    dies.write("k", 2); // as a process that dies before its second write
    dies.erase("gone");
  }
  broken.script({});
  CHECK(to.get("k") == 1);
  CHECK(marked_keys(from) == std::vector<std::string>{"gone", "k"});
  users<Inner> next(from, broken, h);
  CHECK(next.heal() == 2);
  CHECK(next.read("k") == 2);
  CHECK(to.get("k") == 2);
  CHECK_FALSE(to.get("gone"));
  CHECK(marked_keys(from).empty());
}

TEST_CASE("consistency journaled: a mark stays until New is up again") {
  rows from, to;
  flaky broken(to);
  lifecycle::handle h("m");
  h.take(step::prepare);
  users<key_locked> p(from, broken, h);
  broken.script(testing::fail_always());
  p.write("k", 1);
  CHECK_THROWS_AS(p.heal(), store_error);
  CHECK(marked_keys(from) == std::vector<std::string>{"k"});
  CHECK(p.read("k") == 1);
  broken.script({});
  CHECK(p.heal() >= 1);
  CHECK(marked_keys(from).empty());
  CHECK(to.get("k") == 1);
}
