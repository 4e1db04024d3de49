// SPDX-License-Identifier: BSL-1.0
#include <zddm/consistency/unguarded.hpp>

#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

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

using users = proxy<rows, flaky, lifecycle::local, consistency::unguarded>;
std::optional<int> increment(std::optional<int> const& n) { return n.value_or(0) + 1; }
} // namespace

static_assert(promise_of<users>.reads == agreement::none && !guarantees<users, guarantee::convergent>);

TEST_CASE("consistency unguarded: one thread alone finds what it wrote, through all rows and back") {
  rows from, to;
  flaky fine(to);
  lifecycle::handle h("m");
  users p(from, fine, h);
  int n = 0;
  auto const works = [&] {
    p.write("k", ++n);
    CHECK(p.read("k") == n);
    CHECK(p.update("k", increment) == n + 1);
    CHECK(p.read("k") == ++n);
    p.erase("gone");
    CHECK_FALSE(p.read("gone"));
  };
  works();
  for (auto const s : {step::prepare, step::migrate, step::cut_over, step::switch_off, step::cut_over, step::complete}) {
    h.take(s);
    works();
  }
}

TEST_CASE("consistency unguarded: a read that misses fills, and proxy.fill copies what New lacks") {
  rows from, to;
  flaky fine(to);
  lifecycle::handle h("m");
  users p(from, fine, h);
  h.take(step::prepare);
  from.put("a", 1);
  from.put("b", 2);
  CHECK(p.read("a") == 1);
  CHECK(to.get("a") == 1);
  CHECK(p.fill("b"));
  CHECK_FALSE(p.fill("b"));
  CHECK(to.get("b") == 2);
}

TEST_CASE("consistency unguarded H4: nothing is done about a New that fails a write, and the outcome says so") {
  rows from, to;
  flaky broken(to);
  lifecycle::handle h("m");
  users p(from, broken, h);
  h.take(step::prepare);
  p.write("k", 1);
  broken.script(testing::fail_nth(1));
  CHECK(p.write("k", 2) == write_outcome{reached::applied, reached::unknown});
  CHECK(p.read("k") == 1); // stale: this is what the other policies are for
}

TEST_CASE("consistency unguarded H1: a fill that a write overtook leaves the stores apart") {
  struct overtaken : rows {
    std::function<void()> before_put = [] {};
    void put(std::string const& k, int const& v) {
      std::exchange(before_put, [] {})();
      rows::put(k, v);
    }
  };
  rows from;
  overtaken to;
  lifecycle::handle h("m");
  proxy<rows, overtaken, lifecycle::local, consistency::unguarded> p(from, to, h);
  h.take(step::prepare);
  from.put("k", 1);
  to.before_put = [&] { p.write("k", 2); };
  CHECK(p.read("k") == 1);
  CHECK(from.get("k") == 2);
  CHECK(to.get("k") == 1);
}
