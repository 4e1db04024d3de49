// SPDX-License-Identifier: BSL-1.0
#include <zddm/lifecycle/drive.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/lifecycle/member.hpp>
#include <zddm/memory/state_store.hpp>

using namespace zddm::lifecycle;
using namespace std::chrono_literals;
using zddm::threshold;

namespace {

using memory_store = zddm::memory::state_store;
auto const nothing = [](snapshot const&, settings const&) {};
drive_options const options{{"test:1", "zd test"}, 10s};

/// Processes that poll only while the driver sleeps, one after the other; after each poll no two of them are more than one
/// legal move apart.
struct fleet {
  explicit fleet(memory_store& s, int n) {
    for (int i = 0; i < n; ++i) {
      handles.push_back(std::make_unique<handle>("names"));
      members.push_back(std::make_unique<member<memory_store>>(s, *handles.back(), member_options{1h, 1ms, "", false}));
    }
  }
  void operator()(std::chrono::milliseconds) {
    members[next++ % members.size()]->poll_once();
    for (auto const& a : handles)
      for (auto const& b : handles) {
        auto const &x = a->current(), &y = b->current();
        if (x.epoch + 1 < y.epoch) FAIL("two epochs apart");
        if (x.at != y.at && x.epoch < y.epoch && !legal(x.at, y.at)) FAIL("an illegal move");
      }
  }
  row at() const { return handles[0]->current().at; }

  std::vector<std::unique_ptr<handle>> handles;
  std::vector<std::unique_ptr<member<memory_store>>> members;
  std::size_t next = 0;
};

/// Dies at the n-th call, before or after its effect.
struct mortal_store {
  struct death {};

  template <class F> auto dying(F f) {
    if (left == 0) throw death{};
    auto result = f();
    if (--left == 0 && after) throw death{};
    return result;
  }

  std::optional<stored> read(std::string_view path) {
    return dying([&] { return inner.read(path); });
  }
  std::vector<stored> list(std::string_view path) {
    return dying([&] { return inner.list(path); });
  }
  bool commit(std::span<change const> changes) {
    return dying([&] { return inner.commit(changes); });
  }
  std::chrono::milliseconds now() { return inner.now(); }

  memory_store& inner;
  int left;
  bool after;
};

} // namespace

TEST_CASE("drive: a fleet of three walks the whole life, nobody more than one move apart") {
  memory_store s;
  fleet f(s, 3);
  for (auto const step : {step::prepare, step::migrate, step::cut_over, step::switch_off, step::roll_back, step::prepare,
                          step::migrate, step::cut_over, step::complete, step::destroy}) {
    auto const end = walk(s, "names", step, threshold::percent(10), options, nothing, f);
    CHECK(done(step, end.value.now.at));
    for (auto const& h : f.handles) CHECK((h->current() == end.value.now));
  }
  CHECK(f.at() == row::destroyed);
  for (auto const& line : history(s, "names")) {
    auto const from = *row_named(line.from), to = *row_named(line.to);
    CHECK((from == to || legal(from, to)));
    CHECK(line.who == "test:1");
  }
}

TEST_CASE("drive: the work before a move is done when everybody obeys the settings at hand, and is told both") {
  memory_store s;
  fleet f(s, 2);
  std::vector<std::pair<row, row>> moves;
  auto const before = [&](snapshot const& at, settings const& next) {
    for (auto const& h : f.handles) CHECK((h->current() == at.value.now));
    CHECK(next.epoch == at.value.now.epoch + 1);
    moves.emplace_back(at.value.now.at, next.at);
  };
  walk(s, "names", step::prepare, threshold::open(), options, before, f);
  CHECK((moves == std::vector<std::pair<row, row>>{{row::unrun, row::preparing}, {row::preparing, row::prepared}}));
}

TEST_CASE("drive: work that fails leaves the row as it was") {
  memory_store s;
  auto const fail = [](snapshot const&, settings const& next) {
    if (next.at == row::prepared) throw std::runtime_error("no");
  };
  CHECK_THROWS_AS(walk(s, "names", step::prepare, threshold::open(), options, fail), std::runtime_error);
  CHECK(load(s, "names").value.now.at == row::preparing);
  walk(s, "names", step::prepare, threshold::open(), options, nothing);
  CHECK(load(s, "names").value.now.at == row::prepared);
}

TEST_CASE("drive: what the work adds to the record is kept, and New counts as used from preparing on") {
  memory_store s;
  auto const note = [&](snapshot const& at, settings const& next) {
    if (next.at != row::prepared) return;
    CHECK(at.value.proof.used);
    auto r = at.value;
    r.proof.copied = 7;
    REQUIRE(replace(s, "names", at, r, {}));
  };
  auto const end = walk(s, "names", step::prepare, threshold::open(), options, note);
  CHECK(end.value.now.at == row::prepared);
  CHECK(end.value.proof.copied == 7);
  walk(s, "names", step::roll_back, threshold::open(), options, nothing);
  CHECK(load(s, "names").value.proof.copied == 0);
  CHECK(load(s, "names").value.proof.used);
}

TEST_CASE("drive: settings changed by somebody else meanwhile are not overwritten") {
  memory_store s;
  bool once = true;
  auto const meddle = [&](snapshot const& at, settings const&) {
    if (!std::exchange(once, false)) return;
    auto r = at.value;
    r.now.rate = threshold::percent(3);
    ++r.now.epoch;
    REQUIRE(replace(s, "names", at, r, {"another", ""}));
  };
  auto const end = walk(s, "names", step::prepare, threshold::closed(), options, meddle);
  CHECK(end.value.now.at == row::prepared);
  CHECK(end.value.now.rate == threshold::percent(3));
  CHECK(end.value.now.high_water == threshold::percent(3));
}

TEST_CASE("drive: a step that does not start here is refused and changes nothing") {
  memory_store s;
  for (auto const step : {step::migrate, step::cut_over, step::switch_off, step::complete, step::destroy})
    CHECK_THROWS_AS(walk(s, "names", step, threshold::open(), options, nothing), zddm::refused);
  CHECK((load(s, "names").value == record{}));
}

TEST_CASE("drive: a step that is done already is done again without a change") {
  memory_store s;
  walk(s, "names", step::prepare, threshold::open(), options, nothing);
  auto const at = load(s, "names");
  walk(s, "names", step::prepare, threshold::open(), options, [](auto const&, auto const&) { FAIL("nothing is left to do"); });
  CHECK(load(s, "names").revision == at.revision);
}

TEST_CASE("drive: no step forward while New is in quarantine, but the way back is open") {
  memory_store s;
  fleet f(s, 1);
  walk(s, "names", step::prepare, threshold::open(), options, nothing, f);
  walk(s, "names", step::migrate, threshold::open(), options, nothing, f);
  f.handles[0]->quarantine("New is down");
  CHECK_THROWS_AS(walk(s, "names", step::cut_over, threshold::open(), options, nothing, f), zddm::refused);
  CHECK(load(s, "names").value.now.at == row::migrated);
  walk(s, "names", step::roll_back, threshold::open(), options, nothing, f);
  CHECK(load(s, "names").value.now.at == row::unrun);
}

TEST_CASE("drive: a quarantine that begins in the middle of a step stops it") {
  memory_store s;
  fleet f(s, 1);
  walk(s, "names", step::prepare, threshold::open(), options, nothing, f);
  walk(s, "names", step::migrate, threshold::open(), options, nothing, f);
  auto const outage = [&](snapshot const&, settings const&) { f.handles[0]->quarantine("New is down"); };
  CHECK_THROWS_AS(walk(s, "names", step::cut_over, threshold::open(), options, outage, f), zddm::refused);
  CHECK(load(s, "names").value.now.at == row::migrated);
}

TEST_CASE("drive: a process that does not acknowledge stops the step, and the same step goes on afterwards") {
  memory_store s;
  auto time = 0ms;
  s.clock([&] { return time; });
  fleet f(s, 2);
  bool asleep = true;
  auto const sleep = [&](std::chrono::milliseconds t) {
    time += t;
    f.members[0]->poll_once();
    if (!asleep) f.members[1]->poll_once();
  };
  CHECK_THROWS_AS(walk(s, "names", step::prepare, threshold::open(), options, nothing, sleep), unacknowledged);
  CHECK(load(s, "names").value.now.at == row::preparing);
  asleep = false;
  walk(s, "names", step::prepare, threshold::open(), options, nothing, sleep);
  CHECK(load(s, "names").value.now.at == row::prepared);
}

TEST_CASE("drive: killed at any call of the state store, the same steps again finish the job") {
  std::vector<step> const steps{step::prepare,   step::migrate, step::cut_over, step::switch_off,
                                step::roll_back, step::prepare, step::migrate,  step::cut_over};
  auto const run = [&](auto& store) {
    std::size_t i = 0;
    for (auto const step : steps) {
      walk(store, "names", step, threshold::percent(10), options, nothing);
      ++i;
    }
    return i;
  };
  memory_store straight;
  run(straight);
  auto const wanted = history(straight, "names");

  int deaths = 0;
  for (bool const after : {false, true})
    for (int at = 1;; ++at) {
      memory_store s;
      std::size_t finished = 0;
      bool died = false;
      for (mortal_store doomed{s, at, after}; finished < steps.size();) try {
          walk(doomed, "names", steps[finished], threshold::percent(10), options, nothing);
          ++finished;
        } catch (mortal_store::death) {
          died = true;
          ++deaths;
          break;
        }
      for (; finished < steps.size(); ++finished) walk(s, "names", steps[finished], threshold::percent(10), options, nothing);
      auto const lines = history(s, "names");
      REQUIRE(lines.size() == wanted.size());
      for (std::size_t i = 0; i < lines.size(); ++i) {
        CHECK(lines[i].to == wanted[i].to);
        CHECK(lines[i].epoch == i + 1);
      }
      if (!died) break;
    }
  CHECK(deaths > 100);
}

TEST_CASE("drive: a rate is raised through the barriers of the high-water rate") {
  memory_store s;
  fleet f(s, 2);
  walk(s, "names", step::prepare, threshold::closed(), options, nothing, f);
  drive(s, "names", options, [](settings const& now) { return next_for_rate(now, threshold::percent(10)); }, nothing, f);
  for (auto const& h : f.handles) {
    CHECK(h->current().rate == threshold::percent(10));
    CHECK(h->current().high_water == threshold::percent(10));
  }
}
