// SPDX-License-Identifier: BSL-1.0
#include <zddm/testing/laws/failure.hpp>

#include <chrono>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include <zddm/failure/circuit_breaker.hpp>
#include <zddm/failure/deadline.hpp>
#include <zddm/failure/fall_back_to_old.hpp>
#include <zddm/failure/propagate.hpp>
#include <zddm/failure/retry.hpp>

using namespace zddm;

namespace {
using steady = model<std::string, int, std::chrono::steady_clock>;
struct at_once {
  bool post(std::uint64_t, task t) { return t(), true; }
  void flush() {}
};
struct no_pause {
  void operator()(std::chrono::milliseconds) const {}
};
template <unsigned N, class Inner = failure::fall_back_to_old> using retry = failure::retry<N, Inner, 1, 1, no_pause>;
template <class Inner = failure::fall_back_to_old> using deadline = failure::deadline<60'000, Inner, at_once>;

template <class Policy, class... Parts> std::set<std::string> broken(Parts&... parts) {
  std::set<std::string> laws;
  testing::laws::failure([&] { return part<typename Policy::template bind<steady>>(parts...); },
                         [&](std::string_view law) { laws.emplace(law); });
  return laws;
}

struct stubborn {
  template <class Model> struct bind {
    template <class Call> auto on_new(Call const& call) -> attempt<int> {
      for (int n = 0; n < 100; ++n) try {
          return attempt<int>(call());
        } catch (...) {
        }
      return attempt<int>(0); // as if it had succeeded
    }
  };
};
} // namespace

TEST_CASE("laws failure: every failure policy keeps them, and so do nested ones") {
  at_once here;
  CHECK(broken<failure::propagate>().empty());
  CHECK(broken<failure::fall_back_to_old>().empty());
  CHECK(broken<retry<3>>().empty());
  CHECK(broken<retry<3, failure::propagate>>().empty());
  CHECK(broken<failure::circuit_breaker<2, 1000>>().empty());
  CHECK(broken<deadline<>>(here).empty());
  CHECK(broken<retry<3, failure::circuit_breaker<2, 1000, deadline<>>>>(here).empty());
  CHECK(broken<failure::circuit_breaker<2, 1000, retry<3>>>().empty());
}

TEST_CASE("laws failure: a policy that breaks them is found out") {
  auto const laws = broken<stubborn>();
  CHECK(laws.contains("a call that always fails never ends with a result"));
  CHECK(laws.contains("a call that failed for good is not made again"));
  CHECK(laws.contains("a call that may have been applied is not made again unless that does no harm"));
}
