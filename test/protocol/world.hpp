// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include <zddm/backfill/copy.hpp>
#include <zddm/gate/dial.hpp>
#include <zddm/lifecycle/handle.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>
#include <zddm/testing/explorer/explorer.hpp>
#include <zddm/testing/explorer/local.hpp>
#include <zddm/testing/explorer/recorder.hpp>
#include <zddm/testing/explorer/store.hpp>
#include <zddm/testing/history.hpp>
#include <zddm/verify/drain.hpp>
#include <zddm/verify/repair.hpp>

/// One key, two stores, a few processes: what every exploration of the protocol starts from.
namespace world {

using zddm::lifecycle::row;
namespace explorer = zddm::testing::explorer;

using inner_store = zddm::memory::store<int, int>;
using store = explorer::stepping<inner_store>;
inline constexpr int key = 1;

/// Where a process stands: a row, and whether its dial is open.
struct place {
  row at;
  bool open;
  bool keeps_high_water = true;

  zddm::lifecycle::settings settings() const {
    zddm::lifecycle::settings s;
    s.at = at;
    s.rate = open ? zddm::threshold::open() : zddm::threshold::closed();
    s.high_water = s.announced = keeps_high_water ? zddm::threshold::open() : zddm::threshold::closed();
    return s;
  }
  friend std::ostream& operator<<(std::ostream& out, place const& p) {
    out << to_string(p.at);
    if (route_of(p.at).reads_of == zddm::lifecycle::scope::admitted_keys) out << (p.open ? ", gate open" : ", gate closed");
    return out;
  }
};

/// What one process does: 1 and 2 write, d deletes, r reads, u adds ten to what is there (1 where nothing is), c copies the
/// key from Old, v repairs it, h drains what dead processes left and a what any process has in flight.
struct actor {
  place where;
  std::string does;
};

struct verdict {
  explorer::tally tally;
  std::uint64_t not_linearizable = 0;
  std::uint64_t not_regular = 0;
  std::uint64_t apart = 0; ///< at rest New has another value than Old, does not know it, and is not shut out
  std::uint64_t errors = 0;

  void add(verdict const& v, bool with_errors = true) {
    tally.schedules += v.tally.schedules;
    tally.pruned += v.tally.pruned;
    tally.failed += v.tally.failed;
    if (tally.witness.empty()) tally.witness = v.tally.witness;
    not_linearizable += v.not_linearizable;
    not_regular += v.not_regular;
    apart += v.apart;
    if (with_errors) errors += v.errors;
  }
};

/// Shuts New out for all processes of a world, as a state store and its barrier do.
class quarantine_port final : public zddm::lifecycle::outage_port {
public:
  std::vector<std::unique_ptr<zddm::lifecycle::handle>>* handles = nullptr;

  void quarantine(std::string_view) override {
    auto& e = explorer::explorer::current();
    while (busy_) e.wait();
    busy_ = true;
    using enum zddm::lifecycle::quarantine;
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
            if (e.crashed(static_cast<int>(i))) throw explorer::cancelled{};
            e.wait();
          });
        } catch (explorer::cancelled const&) { // its lease ends
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

/// Explores every schedule of the actors, then reads once more at rest from `last`. `Policies` are those of the proxy
/// beside the dial and the lifecycle. `New` may wrap the store to take a guard out.
template <class New, class... Policies>
verdict explore(std::vector<actor> const& actors, place last, explorer::bounds limits, bool new_has_it,
                std::function<void(inner_store&, inner_store&)> const& prepare = {}) {
  using proxy = zddm::proxy<store, New, explorer::local, zddm::gate::dial, Policies...>;
  using recorder = explorer::recorder<int>;
  using kind = recorder::kind;

  std::vector<std::unique_ptr<zddm::lifecycle::handle>> handles;
  std::optional<quarantine_port> port;
  auto const join = [&] {
    handles.clear();
    port.emplace().handles = &handles;
    for (auto const& a : actors) handles.push_back(std::make_unique<zddm::lifecycle::handle>("m", a.where.settings()));
    handles.push_back(std::make_unique<zddm::lifecycle::handle>("m", last.settings()));
    for (auto const& h : handles) h->attach(&*port);
  };
  join();

  std::optional<inner_store> old_rows, new_rows;
  std::optional<store> old_side;
  std::optional<New> new_side;
  std::vector<std::unique_ptr<proxy>> proxies;
  recorder record;
  verdict v;

  auto const act = [&](std::size_t who, char what) {
    auto& p = *proxies[who];
    int const by = static_cast<int>(who);
    switch (what) {
    case '1':
    case '2':
      record.run(by, kind::write, what - '0', [&, what] {
        p.write(key, what - '0');
        return std::optional<int>(what - '0');
      });
      break;
    case 'd':
      record.run(by, kind::write, std::nullopt, [&] {
        p.erase(key);
        return std::optional<int>();
      });
      break;
    case 'u': {
      auto const add = [](std::optional<int> const& n) { return std::optional<int>(n ? *n + 10 : 1); };
      record.run(by, kind::update, std::nullopt, [&] { return p.update(key, add); }, add);
      break;
    }
    case 'c': {
      zddm::backfill::copy<store, New> copy(*old_side, *new_side);
      typename decltype(copy)::page_type page;
      copy.read({}, 10, page);
      copy.write(page);
      break;
    }
    case 'v': zddm::verify::repair<store, New>(*old_side, *new_side)(key); break;
    case 'h':
    case 'a':
      zddm::verify::drain(*old_side, *new_side, [&](zddm::intent_id const& id) {
        if (what == 'a') return true;
        for (std::size_t i = 0; i < actors.size(); ++i)
          if (handles[i]->process() == id.process) return explorer::explorer::current().crashed(static_cast<int>(i));
        return false;
      });
      break;
    default: record.run(by, kind::read, std::nullopt, [&] { return p.read(key); });
    }
  };

  explorer::explorer e(limits);
  v.tally = e.run(
      [&] {
        proxies.clear();
        if (limits.faults > 0) join(); // a failing New changes the settings
        old_rows.emplace();
        new_rows.emplace();
        old_rows->put(key, 0);
        if (new_has_it) new_rows->put(key, 0);
        if (prepare) prepare(*old_rows, *new_rows);
        old_side.emplace(*old_rows, 0);
        new_side.emplace(*new_rows, 1);
        record.clear();
        for (auto const& h : handles) proxies.push_back(std::make_unique<proxy>(*old_side, *new_side, *h));
        for (std::size_t i = 0; i < actors.size(); ++i)
          e.spawn(static_cast<int>(i), [&, i] {
            for (char const c : actors[i].does) act(i, c);
          });
      },
      [&] {
        auto const seen = new_rows->look(key);
        bool const shut_out = handles.back()->current().shut != zddm::lifecycle::quarantine::none;
        bool const together = shut_out || seen.known == zddm::knowledge::unknown || seen.value == old_rows->get(key);
        act(actors.size(), 'r');
        bool const linear = zddm::testing::linearizable<int>(record.events(), 0);
        bool const regular = zddm::testing::regular<int>(record.events(), 0);
        v.not_linearizable += !linear;
        v.not_regular += !regular;
        v.apart += !together;
        return linear && regular && together;
      });
  v.errors = record.failures();
  return v;
}

} // namespace world
