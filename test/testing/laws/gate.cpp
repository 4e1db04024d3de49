// SPDX-License-Identifier: BSL-1.0
#include <zddm/testing/laws/gate.hpp>

#include <chrono>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include <zddm/gate/all_of.hpp>
#include <zddm/gate/any_of.hpp>
#include <zddm/gate/closed.hpp>
#include <zddm/gate/cohort.hpp>
#include <zddm/gate/dial.hpp>
#include <zddm/gate/hit_rate.hpp>
#include <zddm/gate/open.hpp>
#include <zddm/gate/percentage.hpp>
#include <zddm/gate/ramp.hpp>

using namespace zddm;

namespace {
using steady = model<std::string, int, std::chrono::steady_clock>;

struct even {
  bool operator()(std::string const& key) const { return key.size() % 2 == 0; }
};
struct half_past {
  using duration = std::chrono::seconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<half_past>;
  static constexpr bool is_steady = true;
  static time_point now() { return time_point(std::chrono::seconds(1800)); }
};

template <class Gate, class... Parts> std::set<std::string> broken(Parts... parts) {
  std::set<std::string> laws;
  testing::laws::gate([&] { return typename Gate::template bind<steady>(parts...); },
                      [&](std::string_view law) { laws.emplace(law); });
  return laws;
}

struct forgetful {
  template <class Model> struct bind {
    int mutable asked = 0;
    template <class Question> bool admits(Question const&) const { return ++asked % 2 == 0; }
  };
};
struct backwards {
  template <class Model> struct bind {
    template <class Question> bool admits(Question const& q) const { return !q.rate().admits(q.bucket()); }
  };
};
struct own_way {
  template <class Model> struct bind {
    static inline int made = 0;
    int me = ++made;
    template <class Question> bool admits(Question const& q) const { return (q.bucket() + static_cast<unsigned>(me)) % 2 == 0; }
  };
};
} // namespace

TEST_CASE("laws gate: every gate keeps them") {
  CHECK(broken<gate::open>().empty());
  CHECK(broken<gate::closed>().empty());
  CHECK(broken<gate::percentage<30>>().empty());
  CHECK(broken<gate::dial>().empty());
  CHECK(broken<gate::cohort<even>>().empty());
  CHECK(broken<gate::all_of<gate::dial, gate::cohort<even>>>().empty());
  CHECK(broken<gate::any_of<gate::dial, gate::percentage<10>>>().empty());
  CHECK(broken<gate::hit_rate<90>>().empty());
  CHECK(broken<gate::ramp<3600, half_past>>(gate::ramp_start<half_past>{}).empty());
}

TEST_CASE("laws gate: a gate that breaks one is found out") {
  CHECK(broken<forgetful>().contains("the same question has the same answer"));
  CHECK(broken<backwards>() == std::set<std::string>{"raising the rate never withdraws a key"});
  CHECK(broken<own_way>() == std::set<std::string>{"two processes admit the same keys"});
}
