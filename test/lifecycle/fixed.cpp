// SPDX-License-Identifier: BSL-1.0
#include <zddm/lifecycle/fixed.hpp>

#include <optional>
#include <string>
#include <type_traits>

#include <doctest/doctest.h>

#include <zddm/core/error.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>
#include <zddm/testing/faulty_store.hpp>

using namespace zddm;
using lifecycle::fixed;
using lifecycle::row;
using lifecycle::state;

namespace {

using table = memory::store<std::string, int>;
using faulty = testing::faulty_store<table>;

std::optional<int> increment(std::optional<int> const& n) { return n.value_or(0) + 1; }

/// Every operation once; what is left is `k`: 3.
template <class Proxy> void use(Proxy& p) {
  p.write("k", 1);
  CHECK(p.read("k") == 1);
  p.erase("k");
  CHECK(!p.read("k"));
  p.write("k", 2);
  CHECK(p.update("k", increment) == 3);
  int seen = 0;
  CHECK(p.visit("k", [&](int n) { seen = n; }));
  CHECK(seen == 3);
  std::string const keys[] = {"k", "other"};
  CHECK(p.read_many(keys) == std::vector<std::optional<int>>{3, std::nullopt});
}

} // namespace

TEST_CASE("lifecycle fixed: a state is the row it settles in, and the proxy is two pointers") {
  CHECK(fixed<state::unrun>::at == row::unrun);
  CHECK(fixed<state::completed>::at == row::completed);
  CHECK(fixed<row::destroyed>::at == row::destroyed);
  CHECK(sizeof(proxy<table, table>) == 2 * sizeof(void*));
  CHECK(sizeof(proxy<table, table, fixed<state::completed>>) == 2 * sizeof(void*));
  CHECK(std::is_same_v<proxy<table, table>, proxy<table, table, fixed<state::unrun>>>);
}

TEST_CASE("lifecycle fixed: in unrun every operation is Old's, and New is not called") {
  table from, to;
  faulty never(to);
  never.script(testing::fail_always());
  proxy<table, faulty> p(from, never);
  use(p);
  CHECK(from.get("k") == 3);
  CHECK(never.calls() == 0);
}

TEST_CASE("lifecycle fixed: in completed every operation is New's, and Old is not called") {
  table from, to;
  faulty never(from);
  never.script(testing::fail_always());
  proxy<faulty, table, fixed<state::completed>> p(never, to);
  use(p);
  CHECK(to.get("k") == 3);
  CHECK(never.calls() == 0);
}

TEST_CASE("lifecycle fixed: in destroyed every operation is refused, and no store is called") {
  table from, to;
  faulty old_never(from), new_never(to);
  proxy<faulty, faulty, fixed<state::destroyed>> p(old_never, new_never);
  CHECK_THROWS_AS(p.read("k"), refused);
  CHECK_THROWS_AS(p.write("k", 1), refused);
  CHECK_THROWS_AS(p.erase("k"), refused);
  CHECK_THROWS_AS(p.update("k", increment), refused);
  CHECK_THROWS_AS(p.visit("k", [](int) {}), refused);
  std::string const keys[] = {"k"};
  CHECK_THROWS_AS(p.read_many(keys), refused);
  CHECK(old_never.calls() + new_never.calls() == 0);
}
