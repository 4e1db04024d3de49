// SPDX-License-Identifier: BSL-1.0
#include <zddm/testing/laws/observer.hpp>

#include <chrono>
#include <set>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

#include <zddm/observer/all_of.hpp>
#include <zddm/observer/callback.hpp>
#include <zddm/observer/counters.hpp>
#include <zddm/observer/none.hpp>
#include <zddm/policy/part.hpp>

using namespace zddm;

namespace {
using steady = model<std::string, int, std::chrono::steady_clock>;

template <class Policy, class... Parts> std::set<std::string> broken(Parts&... parts) {
  std::set<std::string> laws;
  testing::laws::observer([&] { return part<typename Policy::template bind<steady>>(parts...); },
                          [&](std::string_view law) { laws.emplace(law); });
  return laws;
}

struct tally {
  int calls = 0;
  template <class Event> void operator()(Event const&) { ++calls; }
};
struct upset {
  void operator()(event::fell_back const&) { throw std::runtime_error("no"); }
};
} // namespace

TEST_CASE("laws observer: every observer keeps them, and hears all it listens to") {
  observer::counts counts;
  tally sink;
  CHECK(broken<observer::none>().empty());
  CHECK(broken<observer::counters>(counts).empty());
  CHECK(broken<observer::callback<tally>>(sink).empty());
  CHECK(sink.calls == 60 + 5 + 4 + 5);
  CHECK(broken<observer::all_of<observer::counters, observer::none, observer::callback<tally>>>(counts, sink).empty());
  CHECK(counts.fallbacks == 6);
  CHECK(counts.shed == 2);
}

TEST_CASE("laws observer: one that throws is found out") {
  upset sink;
  CHECK(broken<observer::callback<upset>>(sink) == std::set<std::string>{"an observer does not throw"});
}
