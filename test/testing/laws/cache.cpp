// SPDX-License-Identifier: BSL-1.0
#include <zddm/testing/laws/cache.hpp>

#include <chrono>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include <zddm/cache/flow.hpp>
#include <zddm/cache/read_back.hpp>
#include <zddm/cache/read_old.hpp>
#include <zddm/cache/read_through.hpp>
#include <zddm/cache/write_back.hpp>
#include <zddm/cache/write_invalidate.hpp>
#include <zddm/cache/write_through.hpp>
#include <zddm/testing/manual_executor.hpp>

using namespace zddm;

namespace {
using steady = model<std::string, int, std::chrono::steady_clock>;
using executor_type = testing::manual_executor;

template <class Policy> std::set<std::string> broken() {
  std::set<std::string> laws;
  for (std::size_t const room : {100, 0}) {
    executor_type e(room);
    testing::laws::cache([&] { return part<typename Policy::template bind<steady>>(e); }, [&] { e.flush(); },
                         [&](std::string_view law) { laws.emplace(law); });
  }
  return laws;
}

struct twice {
  template <class Model> struct bind {
    static constexpr bool carries_value = true;
    template <class Fill> void on_miss(Fill const& fill) {
      fill();
      fill();
    }
    template <class Apply> auto on_write(Apply const& apply) -> decltype(apply()) { return apply.queued(); }
  };
};
} // namespace

TEST_CASE("laws cache: every cache policy keeps them") {
  CHECK(broken<cache::read_through>().empty());
  CHECK(broken<cache::read_back_on<executor_type>>().empty());
  CHECK(broken<cache::read_old_on<executor_type>>().empty());
  CHECK(broken<cache::write_through>().empty());
  CHECK(broken<cache::write_invalidate>().empty());
  CHECK(broken<cache::write_back_on<executor_type>>().empty());
  CHECK(broken<cache::flow<cache::read_old_on<executor_type>, cache::write_back_on<executor_type>>>().empty());
}

TEST_CASE("laws cache: a policy that breaks them is found out") {
  CHECK(broken<twice>() ==
        std::set<std::string>{"a miss fills New once at most", "a write ends in New once, now or later, and is never shed"});
}
