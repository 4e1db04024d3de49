// SPDX-License-Identifier: BSL-1.0
#include <zddm/verify/recheck.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/memory/store.hpp>

#include "tools/people.hpp"
#include "tools/watched.hpp"

using namespace std::chrono_literals;
using people = zddm::memory::store<int, std::string>;
using watched_people = test::watched<people>;
using zddm::knowledge;
using zddm::verify::kind;
using zddm::verify::look_at;
using zddm::verify::patience;

namespace {

/// A store that can do no more than get, put and erase.
struct plain {
  using key_type = int;
  using value_type = std::string;
  people rows{};
  std::function<void()> after_get = [] {};

  std::optional<std::string> get(int k) {
    auto v = rows.get(k);
    after_get();
    return v;
  }
  void put(int k, std::string const& v) { rows.put(k, v); }
  void erase(int k) { rows.erase(k); }
};

struct sorted {
  std::uint64_t agreed = 0;
  std::map<int, kind> wrong;
  std::uint64_t unknown = 0;
  std::uint64_t in_flight = 0;
  std::vector<std::chrono::nanoseconds> sleeps;
};

template <class Old, class New>
sorted recheck(Old& from, New& to, std::vector<int> const& keys, patience const& p = {}, std::function<void()> between = [] {}) {
  sorted s;
  std::vector<zddm::verify::suspect<int, zddm::value_of<New>>> suspects;
  for (int k : keys) suspects.push_back({k, kind::differs, 0ns, 0, {}});
  zddm::timing t;
  t.sleep = [&](std::chrono::nanoseconds time, auto const&) {
    s.sleeps.push_back(time);
    between();
  };
  auto const n = zddm::verify::recheck(from, to, zddm::verify::way_of<Old, New>{}, suspects, p, t, {},
                                       [&](auto const& x) { s.wrong.emplace(x.key, *x.last.wrong); });
  s.agreed = n.agreed.total();
  s.unknown = n.unknown.total();
  s.in_flight = n.in_flight.total();
  CHECK(suspects.empty());
  return s;
}

static_assert(zddm::store<plain> && !zddm::intent_store<plain>);

} // namespace

TEST_CASE("recheck confirms what stays wrong, and drops what agrees") {
  people from, to;
  from.put(1, "v");
  to.put(2, "v");
  from.put(3, "v");
  to.put(3, "w");
  from.put(4, "v");
  to.put(4, "v");
  from.put(6, "v");
  to.assign(6, std::nullopt);
  auto const s = recheck(from, to, {1, 2, 3, 4, 5, 6});
  CHECK(s.agreed == 2);
  CHECK((s.wrong == std::map<int, kind>{{1, kind::missing}, {2, kind::extra}, {3, kind::differs}, {6, kind::missing}}));
  CHECK(s.in_flight == 0);
  CHECK(s.sleeps == std::vector<std::chrono::nanoseconds>{100ms, 100ms});
}

TEST_CASE("recheck raises no alarm for a write in flight, where two plain looks do") {
  people from, to;
  from.put(1, "v1");
  to.put(1, "v1");
  std::uint64_t n = 0;
  // Somebody writes the key just after Old was read.
  watched_people busy(from, [&](std::string_view call, bool after) {
    if (call != "get" || !after) return;
    ++n;
    test::dual_write(from, to, 1, "w" + std::to_string(n), {7, n});
  });
  int alarms = 0;
  for (int look = 0; look < 3; ++look) {
    auto const old_value = busy.get(1);
    alarms += old_value != to.get(1);
  }
  CHECK(alarms == 3);
  auto const s = recheck(busy, to, {1});
  CHECK(s.wrong.empty());
  CHECK(s.in_flight == 1);
  CHECK(s.sleeps.size() == 8);
}

TEST_CASE("recheck calls a key in flight while a write of it is open") {
  people from, to;
  from.put(1, "v1");
  to.put(1, "v1");
  auto const t = to.begin(1, {7, 1}).value();
  from.put(1, "v2");
  CHECK(look_at(from, to, 1).moving);
  CHECK(recheck(from, to, {1}).in_flight == 1);
  to.end(1, t, "v2");
  CHECK(recheck(from, to, {1}).agreed == 1);
}

TEST_CASE("recheck counts a key apart that New knows to be unknown, and one that it never heard of as missing") {
  people from, to;
  for (int i = 1; i <= 3; ++i) from.put(i, "v");
  to.release(1, to.begin(1, {7, 1}).value());
  from.erase(3);
  to.release(3, to.begin(3, {7, 2}).value());
  auto const s = recheck(from, to, {1, 2, 3});
  CHECK(s.unknown == 1);
  CHECK(s.agreed == 1);
  CHECK((s.wrong == std::map<int, kind>{{2, kind::missing}}));
  CHECK(s.sleeps.size() == 2);
}

TEST_CASE("recheck sees a write that began and ended within a look of an absent key") {
  people from, to;
  from.put(1, "v");
  to.assign(1, std::nullopt);
  std::uint64_t n = 0;
  watched_people busy(from, [&](std::string_view call, bool after) {
    if (call != "get") return;
    if (after)
      test::dual_write(from, to, 1, std::nullopt, {7, ++n});
    else
      test::dual_write(from, to, 1, "v", {7, ++n});
  });
  CHECK(recheck(busy, to, {1}).in_flight == 1);
}

TEST_CASE("recheck settles a key as soon as its write has ended") {
  people from, to;
  auto const t = to.begin(1, {7, 1}).value();
  from.put(1, "v2");
  int rounds = 0;
  auto const s = recheck(from, to, {1}, {}, [&] {
    if (++rounds == 4) to.end(1, t, "v2");
  });
  CHECK(s.agreed == 1);
  CHECK(s.sleeps.size() == 4);
}

TEST_CASE("recheck starts again when New has moved between two looks") {
  people from, to;
  from.put(1, "v");
  to.put(1, "w0");
  int rounds = 0;
  auto const s = recheck(from, to, {1}, {}, [&] {
    if (++rounds <= 2) to.put(1, "w" + std::to_string(rounds));
  });
  CHECK(s.wrong.at(1) == kind::differs);
  CHECK(s.sleeps.size() == 4);
}

TEST_CASE("recheck finds what somebody does to Old behind everybody's back, however often") {
  people from, to;
  from.put(1, "v");
  to.put(1, "v");
  int rounds = 0;
  from.put(1, "behind");
  auto const s = recheck(from, to, {1}, {}, [&] { from.put(1, "behind " + std::to_string(++rounds)); });
  CHECK(s.wrong.at(1) == kind::differs);
}

TEST_CASE("recheck works on stores that can only get") {
  plain from, to;
  from.put(1, "v");
  to.put(2, "v");
  from.put(3, "v");
  to.put(3, "v");
  auto const s = recheck(from, to, {1, 2, 3});
  CHECK((s.wrong == std::map<int, kind>{{1, kind::missing}, {2, kind::extra}}));
  CHECK(s.agreed == 1);
  from.after_get = [&] { to.put(1, to.rows.get(1).value_or("") + "x"); };
  CHECK(look_at(from, to, 1).moving);
}

TEST_CASE("recheck knows a row without a counterpart, and one that was mended") {
  test::old_people from;
  test::add_people(from, 2);
  from.put(1, {});
  test::in_new_shape shaped(from);
  zddm::memory::store<int, test::new_person> to;
  CHECK(recheck(shaped, to, {1}).wrong.at(1) == kind::unmappable);
  auto const s = recheck(shaped, to, {1}, {}, [&] { from.erase(1); });
  CHECK(s.agreed == 1);
}

TEST_CASE("recheck reports a record that cannot be read, and passes other failures on") {
  people from, to;
  from.put(1, "v");
  int code = 111;
  watched_people failing(to, [&](std::string_view call, bool) {
    if (call == "look") throw zddm::store_error(zddm::error_class::permanent, "x", code);
  });
  CHECK(recheck(from, failing, {1}).wrong.at(1) == kind::damaged);
  code = 101;
  CHECK_THROWS_AS(look_at(from, failing, 1), zddm::store_error);
}

TEST_CASE("recheck that is stopped calls the rest in flight") {
  people from, to;
  from.put(1, "v");
  std::vector<zddm::verify::suspect<int, std::string>> suspects{{1, kind::missing, 0ns, 0, {}}};
  std::stop_source stop;
  zddm::timing t;
  t.sleep = [&](auto, auto const&) { stop.request_stop(); };
  auto const n = zddm::verify::recheck(from, to, zddm::verify::by_intents{}, suspects, {}, t, stop.get_token(),
                                       [](auto const&) { FAIL("not settled"); });
  CHECK(n.in_flight.missing == 1);
  CHECK(n.in_flight.total() == 1);
}

TEST_CASE("recheck: what goes away is counted under the kind that was seen last") {
  people from, to;
  from.put(1, "v");
  from.put(2, "w");
  std::vector<zddm::verify::suspect<int, std::string>> suspects{{1, kind::extra, 0ns, 0, {}}, {2, kind::differs, 0ns, 0, {}}};
  to.assign(2, "w");
  zddm::timing t;
  t.sleep = [&](auto, auto const&) { to.assign(1, "v"); };
  auto const n = zddm::verify::recheck(from, to, zddm::verify::by_intents{}, suspects, {}, t, {},
                                       [](auto const&) { FAIL("not wrong for long"); });
  CHECK(n.agreed.missing == 1); // at the first look New did not have it
  CHECK(n.agreed.differs == 1); // agreed at the first look
  CHECK(n.agreed.total() == 2);
}
