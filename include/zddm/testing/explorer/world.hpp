// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <zddm/gate/dial.hpp>
#include <zddm/lifecycle/handle.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>
#include <zddm/testing/explorer/executor.hpp>
#include <zddm/testing/explorer/explorer.hpp>
#include <zddm/testing/explorer/local.hpp>
#include <zddm/testing/explorer/recorder.hpp>
#include <zddm/testing/explorer/store.hpp>
#include <zddm/testing/history.hpp>

namespace zddm::testing::explorer {

/// What every exploration of a composition starts from: one key, two stores in memory, a few processes or threads.
using memory_rows = memory::store<int, int>;
using memory_store = stepping<memory_rows>;
inline constexpr int the_key = 1;

/// Where a process stands: a row, and whether its dial is open.
struct place {
  lifecycle::row at;
  bool open;
  bool keeps_high_water = true;

  lifecycle::settings settings() const {
    lifecycle::settings s;
    s.at = at;
    s.rate = open ? threshold::open() : threshold::closed();
    s.high_water = s.announced = keeps_high_water ? threshold::open() : threshold::closed();
    return s;
  }
  friend std::ostream& operator<<(std::ostream& out, place const& p) {
    out << to_string(p.at);
    if (route_of(p.at).reads_of == lifecycle::scope::admitted_keys) out << (p.open ? ", gate open" : ", gate closed");
    return out;
  }
};

/// What one process does, a letter each: 1 and 2 write, d erases, r reads, u adds ten to what is there (1 where nothing
/// is), f fills the key, > moves on to the next row, g turns the gate.
struct actor {
  place where;
  std::string does;
};

struct verdict {
  testing::explorer::tally tally;
  std::uint64_t not_linearizable = 0;
  std::uint64_t not_regular = 0;
  std::uint64_t lost = 0;  ///< no order of the changes alone ends in the value that is read at rest
  std::uint64_t apart = 0; ///< at rest, with Old the authority, a proxy answers from New with another value than Old holds
  std::uint64_t errors = 0;

  void add(verdict const& v, bool with_errors = true) {
    tally.schedules += v.tally.schedules;
    tally.pruned += v.tally.pruned;
    tally.failed += v.tally.failed;
    tally.complete = v.tally.complete && (tally.complete || tally.schedules == v.tally.schedules);
    if (tally.witness.empty()) tally.witness = v.tally.witness;
    not_linearizable += v.not_linearizable;
    not_regular += v.not_regular;
    lost += v.lost;
    apart += v.apart;
    if (with_errors) errors += v.errors;
  }
};

/// Shuts New out for all processes of a world, as a state store and its barrier do.
class quarantine_port final : public lifecycle::outage_port {
public:
  std::vector<std::unique_ptr<lifecycle::handle>>* handles = nullptr;

  void quarantine(std::string_view) override {
    auto& e = explorer::current();
    while (busy_) e.wait();
    busy_ = true;
    using enum lifecycle::quarantine;
    for (auto const phase : {announced, settled})
      for (std::size_t i = 0; i < handles->size(); ++i) {
        auto& h = *(*handles)[i];
        auto next = h.current();
        if (next.shut >= phase || e.crashed(static_cast<int>(i))) continue;
        next.shut = phase;
        e.step("tells a process to shut New out");
        e.changed(2, ++next.epoch);
        try {
          h.publish(next, [&] {
            if (e.crashed(static_cast<int>(i))) throw cancelled{};
            e.wait();
          });
        } catch (cancelled const&) { // its lease ends
        }
      }
    busy_ = false;
    e.wake_all();
  }
  void ask_quarantine(std::string_view reason) override { quarantine(reason); }
  void journal(std::string_view) override {}

private:
  bool busy_ = false;
};

/// A world to be explored.
struct scene {
  std::vector<actor> actors;
  place last;                                                ///< from where the key is read once more, at rest
  bounds limits{};                                           ///< how far
  bool new_has_it = false;                                   ///< New starts with what Old has, 0; else with nothing
  bool one_process = false;                                  ///< the actors are threads of one, which stands at `last`
  std::function<void(memory_rows&, memory_rows&)> prepare{}; ///< what else is in Old and New
  std::uint64_t samples = 0;                                 ///< draws that many schedules; 0 tries every one
};

/// Explores every schedule of a scene, then reads once more at rest. `Policies` are those of the proxy beside the dial and
/// the lifecycle; `New` may wrap the store to take a guard out. `also(letter, process, old, new, proxy, handle)` does what
/// other letters stand for.
template <class New, class... Policies, class Also> verdict explore(scene const& s, Also&& also) {
  using proxy = zddm::proxy<memory_store, New, local, gate::dial, Policies...>;
  using kind = recorder<int>::kind;
  auto const n = s.one_process ? 0 : s.actors.size();
  auto const process_of = [&](std::size_t actor) { return s.one_process ? 0 : actor; };

  std::vector<std::unique_ptr<lifecycle::handle>> handles;
  std::optional<quarantine_port> port;
  auto const join = [&] {
    handles.clear();
    for (std::size_t i = 0; i <= n; ++i)
      handles.push_back(
          std::make_unique<lifecycle::handle>("m", (i < n ? s.actors[i].where : s.last).settings(), std::uint64_t{i + 1}));
    port.emplace().handles = &handles;
    for (auto const& h : handles) h->attach(&*port);
  };
  join();

  std::optional<memory_rows> old_rows, new_rows;
  std::optional<memory_store> old_side;
  std::optional<New> new_side;
  std::vector<std::unique_ptr<executor>> executors;
  std::vector<std::unique_ptr<proxy>> proxies;
  recorder<int> record;
  verdict v;

  auto const act = [&](std::size_t actor, char what) {
    auto const who = process_of(actor);
    auto& p = *proxies[who];
    int const by = static_cast<int>(actor);
    switch (what) {
    case '1':
    case '2':
      record.run(by, kind::write, what - '0', [&, what] {
        p.write(the_key, what - '0');
        return std::optional<int>(what - '0');
      });
      break;
    case 'd':
      record.run(by, kind::write, std::nullopt, [&] {
        p.erase(the_key);
        return std::optional<int>();
      });
      break;
    case 'u': {
      auto const add = [](std::optional<int> const& present) { return std::optional<int>(present ? *present + 10 : 1); };
      record.run(by, kind::update, std::nullopt, [&] { return p.update(the_key, add); }, add);
      break;
    }
    case 'r': record.run(by, kind::read, std::nullopt, [&] { return p.read(the_key); }); break;
    case 'f':
      if constexpr (requires { p.fill(the_key); })
        p.fill(the_key);
      else { // as `backfill::copy` does it
        auto const seen = new_side->sequence();
        if (auto const value = old_side->get(the_key)) {
          entry<int, int> const row{the_key, *value};
          new_side->fill_many(std::span(&row, 1), seen);
        }
      }
      break;
    case '>':
    case 'g': {
      auto& e = explorer::current();
      e.step(what == '>' ? "moves on" : "turns the gate");
      auto next = handles[who]->current();
      if (what == '>')
        next.at = static_cast<lifecycle::row>(static_cast<int>(next.at) + 1);
      else
        next.rate = next.rate == threshold::open() ? threshold::closed() : threshold::open();
      e.changed(2, ++next.epoch);
      handles[who]->publish(next, [&] { e.wait(); });
      break;
    }
    default: also(what, by, *old_side, *new_side, handles);
    }
  };

  struct quiet {
    void (*before)(lifecycle::warning const&) = lifecycle::send_warnings_to([](lifecycle::warning const&) {});
    ~quiet() { lifecycle::send_warnings_to(before); }
  } const unheard;

  explorer e(s.limits);
  auto const setup = [&] {
    proxies.clear();
    executors.clear();
    if (s.limits.faults > 0 || s.one_process) join(); // settings change on the way
    old_rows.emplace();
    new_rows.emplace();
    old_rows->put(the_key, 0);
    if (s.new_has_it) new_rows->put(the_key, 0);
    if (s.prepare) s.prepare(*old_rows, *new_rows);
    old_side.emplace(*old_rows, 0);
    new_side.emplace(*new_rows, 1);
    record.clear();
    for (std::size_t i = 0; i <= n; ++i) {
      executors.push_back(std::make_unique<executor>(static_cast<int>(i)));
      proxies.push_back(std::make_unique<proxy>(*old_side, *new_side, *handles[i], *executors.back()));
    }
    for (std::size_t i = 0; i < s.actors.size(); ++i)
      e.spawn(static_cast<int>(process_of(i)), [&, i] {
        for (char const c : s.actors[i].does) act(i, c);
      });
  };
  auto const check = [&] {
    // A process that died is started anew: what it had in memory is gone.
    if (s.one_process && e.crashed(0)) {
      proxies[0].reset();
      handles[0] = std::make_unique<lifecycle::handle>("m", handles[0]->current(), std::uint64_t{2});
      proxies[0] = std::make_unique<proxy>(*old_side, *new_side, *handles[0], *executors[0]);
      if constexpr (requires { proxies[0]->heal(); }) proxies[0]->heal();
    }
    bool together = true;
    if (auto const now = handles.back()->current();
        now.at < lifecycle::row::completing && now.shut == lifecycle::quarantine::none) {
      auto reads_new = place{std::max(now.at, lifecycle::row::prepared), true}.settings(), back = now;
      reads_new.epoch = now.epoch + 1;
      back.epoch = now.epoch + 2;
      handles.back()->publish(reads_new);
      together = proxies.back()->read(the_key) == old_rows->get(the_key);
      handles.back()->publish(back);
    }
    act(s.one_process ? 0 : s.actors.size(), 'r');
    bool const linear = linearizable<int>(record.events(), 0);
    bool const regular_reads = regular<int>(record.events(), 0);
    auto changes = record.events();
    auto const at_rest = changes.back();
    std::erase_if(changes, [](auto const& one) { return one.what == kind::read; });
    changes.push_back(at_rest);
    v.lost += !linearizable<int>(changes, 0);
    v.not_linearizable += !linear;
    v.not_regular += !regular_reads;
    v.apart += !together;
    return linear && regular_reads && together;
  };
  v.tally = s.samples == 0 ? e.run(setup, check) : e.sample(1, s.samples, 3, setup, check);
  v.errors = record.failures();
  return v;
}

template <class New, class... Policies> verdict explore(scene const& s) {
  return explore<New, Policies...>(s, [](auto&&...) {});
}

} // namespace zddm::testing::explorer
