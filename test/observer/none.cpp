// SPDX-License-Identifier: BSL-1.0
#include <zddm/observer/none.hpp>

#include <chrono>
#include <string>
#include <type_traits>

#include <doctest/doctest.h>

#include <zddm/memory/store.hpp>
#include <zddm/policy/event.hpp>
#include <zddm/policy/requirements.hpp>
#include <zddm/proxy/proxy.hpp>

using namespace zddm;

TEST_CASE("observer none: it hears nothing and takes no room") {
  using bound = observer::none::bind<model<int, int, std::chrono::steady_clock>>;
  CHECK(std::is_empty_v<bound>);
  CHECK(!hears<bound, event::call>);
  CHECK(!hears<bound, event::answered>);
  CHECK(!hears<bound, event::fell_back>);
  CHECK(!hears<bound, event::filled>);
  CHECK(!hears<bound, event::quarantined>);
}

TEST_CASE("observer none: it is what a proxy has that names none, and leaves it two pointers") {
  using table = memory::store<std::string, int>;
  CHECK(std::is_same_v<proxy<table, table>, proxy<table, table, observer::none>>);
  CHECK(sizeof(proxy<table, table, observer::none>) == 2 * sizeof(void*));
}
