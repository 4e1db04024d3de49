// SPDX-License-Identifier: BSL-1.0
#include <zddm/proxy/operation.hpp>

#include <chrono>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

using namespace zddm;

namespace {
struct listener {
  std::vector<event::call> calls;
  void on(event::call const& c) { calls.push_back(c); }
};
struct deaf {};
struct clockless {
  static int now() { throw std::logic_error("nobody listens, so no clock is asked"); }
};
} // namespace

TEST_CASE("an observer hears what it has an on for, and nothing else") {
  CHECK(zddm::hears<listener, event::call>);
  CHECK_FALSE(zddm::hears<listener, event::fell_back>);
  listener l;
  detail::tell(l, event::fell_back{error_class::transient});
  CHECK(l.calls.empty());
}

TEST_CASE("a call is timed and told of, whether it returns, returns nothing or throws") {
  using clock = std::chrono::steady_clock;
  listener l;
  CHECK(detail::timed<clock>(l, event::side::old_store, event::operation::read, [] { return 7; }) == 7);
  detail::timed<clock>(l, event::side::new_store, event::operation::write, [] {});
  CHECK_THROWS_AS(
      detail::timed<clock>(l, event::side::new_store, event::operation::erase, []() -> int { throw std::runtime_error("no"); }),
      std::runtime_error);
  REQUIRE(l.calls.size() == 3);
  CHECK(l.calls[0].result == event::result::ok);
  CHECK(l.calls[1].operation == event::operation::write);
  CHECK(l.calls[2].result == event::result::failed);
  for (auto const& c : l.calls) CHECK(c.took.count() >= 0);
}

TEST_CASE("where nobody listens no clock is asked") {
  deaf d;
  CHECK(detail::timed<clockless>(d, event::side::old_store, event::operation::read, [] { return 7; }) == 7);
}
