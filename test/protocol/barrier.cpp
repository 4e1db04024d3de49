// SPDX-License-Identifier: BSL-1.0
// The shipped member, barrier and driver over a state store whose calls are steps, beside operations of the shipped proxy.
#include <zddm/lifecycle/drive.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/gate/open.hpp>
#include <zddm/lifecycle/member.hpp>
#include <zddm/memory/state_store.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>
#include <zddm/testing/explorer/recorder.hpp>
#include <zddm/testing/explorer/shared.hpp>
#include <zddm/testing/explorer/state_store.hpp>
#include <zddm/testing/explorer/store.hpp>
#include <zddm/testing/history.hpp>
#include <zddm/verify/drain.hpp>

using zddm::lifecycle::row;
using zddm::lifecycle::step;
namespace explorer = zddm::testing::explorer;

namespace {

using rows = zddm::memory::store<int, int>;
using store = explorer::stepping<rows>;
using state_store = explorer::stepping_state<zddm::memory::state_store>;
using proxy = zddm::proxy<store, store, explorer::shared>;
using recorder = explorer::recorder<int>;
constexpr int key = 1;
constexpr std::string_view name = "m";

struct waits {
  void operator()(std::chrono::milliseconds) const {
    if (!explorer::explorer::current().wait()) throw explorer::cancelled{};
  }
};
using member = zddm::lifecycle::member<state_store, zddm::coarse_clock, waits>;

struct outcome {
  explorer::tally tally;
  std::uint64_t wrong = 0;      ///< a history without an order
  std::uint64_t far_apart = 0;  ///< two live processes were more than one row apart
  std::uint64_t unfinished = 0; ///< the driver did not arrive
};

struct fleet {
  step asked;
  row from;
  std::vector<std::string> does; ///< of each process, as in the world of the explorer: 1, 2, d, r
  bool waits_for_all = true;     ///< the shipped driver; else one without its barriers
  explorer::bounds limits{};
  std::uint64_t samples = 0; ///< draws that many schedules; 0 tries every one
};

/// Two stores, a state store, and the processes.
struct world {
  world(fleet const& f) {
    zddm::lifecycle::record begin;
    begin.now.at = f.from;
    begin.now.epoch = 1;
    if (f.from != row::unrun) begin.now.rate = begin.now.high_water = begin.now.announced = zddm::threshold::open();
    zddm::lifecycle::replace(entries, name, {}, begin, {"test", "begin"});
    old_rows.put(key, 0);
    if (f.from >= row::migrated) new_rows.put(key, 0);
    static std::uint64_t processes = 0;
    for (std::size_t i = 0; i < f.does.size(); ++i) {
      handles.push_back(std::make_unique<zddm::lifecycle::handle>(std::string(name), zddm::lifecycle::settings{}, ++processes));
      members.push_back(std::make_unique<member>(
          state, *handles.back(),
          zddm::lifecycle::member_options{.lease = std::chrono::hours(24), .label = {}, .background = false}));
      proxies.push_back(std::make_unique<proxy>(from, to, *handles.back()));
    }
  }

  rows old_rows, new_rows;
  store from{old_rows, 0}, to{new_rows, 1};
  zddm::memory::state_store entries;
  state_store state{entries, 2};
  std::vector<std::unique_ptr<zddm::lifecycle::handle>> handles;
  std::vector<std::unique_ptr<member>> members;
  std::vector<std::unique_ptr<proxy>> proxies;
};

/// Members of processes that died: what they held they hold for ever.
std::vector<member*>& buried() {
  static std::vector<member*> all;
  return all;
}

/// Walks a fleet through a step while each process polls and does what it is told.
outcome walk(fleet const& f) {
  std::unique_ptr<world> w;
  recorder record;
  outcome o;
  bool apart = false, arrived = false;
  auto const target = zddm::lifecycle::path_of(f.asked).walk().back();
  int const driver = static_cast<int>(f.does.size());
  std::optional<explorer::explorer> e(f.limits);

  auto const lives = [&](std::size_t i) { return !e->crashed(static_cast<int>(i)); };
  auto const look = [&] {
    std::vector<int> at;
    for (std::size_t i = 0; i < w->handles.size(); ++i)
      if (lives(i)) at.push_back(static_cast<int>(w->handles[i]->current().at));
    auto const [least, most] = std::ranges::minmax(at);
    apart = apart || most - least > 1;
  };
  // Time passes for the lease of a process that died. Says whether there was one.
  auto const bury = [&] {
    bool some = false;
    for (std::size_t i = 0; i < w->handles.size(); ++i)
      if (auto const path = zddm::lifecycle::lease_path(name, w->handles[i]->process()); !lives(i) && w->entries.read(path)) {
        zddm::lifecycle::change const gone{path, zddm::lifecycle::any_revision, std::nullopt};
        some = w->entries.commit(std::span(&gone, 1));
      }
    return some;
  };
  // No key may be unknown to New once it is asked alone.
  auto const drain = [&](auto const&, zddm::lifecycle::settings const& next) {
    if (next.at != row::completed) return;
    auto const gone = [&](zddm::intent_id id) {
      for (std::size_t i = 0; i < w->handles.size(); ++i)
        if (w->handles[i]->process() == id.process) return !lives(i);
      return false;
    };
    while (!zddm::verify::drain(w->from, w->to, gone).dry()) waits{}({});
  };
  auto const drive = [&] {
    auto const sleep = [&](std::chrono::milliseconds) {
      if (!bury() && !e->wait() && !bury()) throw explorer::cancelled{};
    };
    if (f.waits_for_all) {
      zddm::lifecycle::walk(w->state, name, f.asked, zddm::threshold::open(), {{"test", "walk"}}, drain, sleep);
    } else
      for (;;) {
        auto const at = zddm::lifecycle::load(w->state, name);
        auto const next = zddm::lifecycle::next_settings(f.asked, at.value.now, zddm::threshold::open());
        if (!next) break;
        auto moved = at.value;
        moved.now = *next;
        zddm::lifecycle::replace(w->state, name, at, moved, {"test", "walk"});
      }
    arrived = true;
  };
  auto const act = [&](std::size_t i, char what) {
    int const by = static_cast<int>(i);
    auto& p = *w->proxies[i];
    std::optional<int> const value = what == 'd' ? std::nullopt : std::optional(what - '0');
    if (what == 'r')
      record.run(by, recorder::kind::read, std::nullopt, [&] { return p.read(key); });
    else
      record.run(by, recorder::kind::write, value, [&] {
        if (value)
          p.write(key, *value);
        else
          p.erase(key);
        return value;
      });
  };
  auto const setup = [&] {
    auto const before = std::exchange(w, std::make_unique<world>(f)); // gone once its fibers are started anew
    record.clear();
    apart = arrived = false;
    for (std::size_t i = 0; i < f.does.size(); ++i) {
      e->spawn(static_cast<int>(i), [&, i] {
        for (char const c : f.does[i]) act(i, c);
      });
      e->spawn(static_cast<int>(i), [&, i] {
        // The driver may have to bury somebody first.
        for (int idle = 0; idle < 3; idle += !e->wait()) {
          w->members[i]->poll_once();
          look();
          if (w->handles[i]->current().at == target) break;
        }
      });
    }
    e->spawn(driver, [&] {
      try {
        drive();
      } catch (explorer::cancelled const&) { // it waited for nothing
      }
    });
  };
  auto const check = [&] {
    bool asked = false;
    for (std::size_t i = 0; i < w->handles.size(); ++i)
      if (!lives(i))
        buried().push_back(w->members[i].release());
      else if (!std::exchange(asked, true))
        act(i, 'r');
    bool const right = zddm::testing::linearizable<int>(record.events(), 0);
    bool const all = arrived || e->crashed(driver);
    o.wrong += !right;
    o.far_apart += apart;
    o.unfinished += !all;
    return right && !apart && all;
  };
  auto const warn = zddm::lifecycle::send_warnings_to([](zddm::lifecycle::warning const&) {});
  o.tally = f.samples == 0 ? e->run(setup, check) : e->sample(1, f.samples, 3, setup, check);
  zddm::lifecycle::send_warnings_to(warn);
  e.reset();
  return o;
}

outcome told(std::string const& what, fleet const& f) {
  auto const o = walk(f);
  std::cout << std::left << std::setw(58) << what << std::right << std::setw(9) << o.tally.schedules << " schedules"
            << std::setw(8) << o.wrong << " wrong" << std::setw(8) << o.far_apart << " rows apart" << std::setw(8) << o.unfinished
            << " unfinished" << std::endl;
  return o;
}

std::uint64_t const samples = std::getenv("ZDDM_SAMPLES") ? std::stoull(std::getenv("ZDDM_SAMPLES")) : 4'000;

} // namespace

TEST_CASE("barrier: two processes, each with an operation, walk from row to row one row apart at most") {
  for (auto const& [asked, from] : {std::pair(step::prepare, row::unrun), std::pair(step::cut_over, row::migrated),
                                    std::pair(step::complete, row::switched), std::pair(step::roll_back, row::prepared)}) {
    auto const label = std::string(zddm::lifecycle::path_of(asked).name);
    for (std::vector<std::string> const& does : {std::vector<std::string>{"1", "rr"}, {"1", "2r"}, {"1r", "dr"}}) {
      auto const o =
          told(label + ": " + does[0] + " beside " + does[1], {.asked = asked, .from = from, .does = does, .samples = samples});
      CAPTURE(o.tally.witness);
      CAPTURE(o.tally.seed);
      CHECK(o.tally.failed == 0);
    }
  }
}

TEST_CASE("barrier: without it a process is left behind, and stale values follow") {
  auto const o =
      told("prepare without barriers: 1 beside rr",
           {.asked = step::prepare, .from = row::unrun, .does = {"1", "rr"}, .waits_for_all = false, .samples = samples});
  CHECK(o.far_apart > 0);
  CHECK(o.wrong > 0);
}

TEST_CASE("barrier: a process dies anywhere, or the driver does") {
  for (auto const& [asked, from] : {std::pair(step::prepare, row::unrun), std::pair(step::cut_over, row::migrated)}) {
    auto const label = std::string(zddm::lifecycle::path_of(asked).name);
    auto const o = told(label + ", one of three dies: 1 beside rr",
                        {.asked = asked, .from = from, .does = {"1", "rr"}, .limits = {.crashes = 1}, .samples = samples});
    CAPTURE(o.tally.witness);
    CAPTURE(o.tally.seed);
    CHECK(o.tally.failed == 0);
  }
}
