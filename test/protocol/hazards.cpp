// SPDX-License-Identifier: BSL-1.0
// Every hazard in two halves: with its guard taken out an exploration finds the failure, with the shipped guard it finds none.
#include <zddm/consistency/intent.hpp>

#include <functional>
#include <iomanip>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <protocol/world.hpp>

#include <zddm/backfill/copy.hpp>
#include <zddm/consistency/sampled.hpp>
#include <zddm/core/dated_rows.hpp>
#include <zddm/core/lapsing.hpp>
#include <zddm/failure/propagate.hpp>
#include <zddm/lifecycle/member.hpp>
#include <zddm/lifecycle/shared.hpp>
#include <zddm/memory/state_store.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/guarantee.hpp>
#include <zddm/verify/drain.hpp>
#include <zddm/verify/repair.hpp>

using namespace world;
using explorer::fault;

namespace {

place const dual{row::prepared, true};
place const shut{row::prepared, false};

/// What a half of a hazard's test came to.
struct half {
  std::uint64_t failed;
  std::uint64_t tried;
};

void tell(std::string const& hazard, half without, half with, std::string const& witness) {
  static bool const header = [] {
    std::cout << std::left << std::setw(34) << "hazard" << std::right << std::setw(21) << "guard out: failed" << std::setw(21)
              << "guard in: failed" << "   witness without the guard\n";
    return true;
  }();
  REQUIRE(header);
  std::cout << std::left << std::setw(34) << hazard << std::right << std::setw(9) << without.failed << " of " << std::setw(8)
            << without.tried << std::setw(9) << with.failed << " of " << std::setw(8) << with.tried << "   " << witness
            << std::endl;
  CHECK(without.failed > 0);
  CHECK(with.failed == 0);
}

/// Both halves of one hazard.
void halves(std::string const& hazard, verdict const& without, verdict const& with) {
  CAPTURE(with.tally.witness);
  CHECK(with.tally.complete);
  tell(hazard, {without.tally.failed, without.tally.schedules}, {with.tally.failed, with.tally.schedules}, without.tally.witness);
}

/// Fills without asking whether the key was written since.
struct blind : store {
  using store::store;
  bool fill(int k, std::optional<int> const& v, std::uint64_t) { return assign(k, v), true; }
  std::size_t fill_many(std::span<zddm::entry<int, int> const> entries, std::uint64_t) {
    for (auto const& e : entries) assign(e.key, e.value);
    return entries.size();
  }
};
/// Fills where nothing is, without asking whether the key was erased since.
struct inserts : store {
  using store::store;
  bool fill(int k, std::optional<int> const& v, std::uint64_t) {
    if (get(k)) return false;
    return assign(k, v), true;
  }
};
/// Ends with its value although another write of the key was in flight.
struct never_overlapped : store {
  using store::store;
  bool end(int k, zddm::intent t, std::optional<int> const& v) {
    t.alone = true;
    return store::end(k, t, v);
  }
};

/// Writes Old before New knows that the key changes.
struct old_first {
  using axis = zddm::axis::consistency;
  template <class Model> struct bind : zddm::consistency::intent::bind<Model> {
    template <class Op> zddm::write_outcome write(Op& op) {
      op.old_apply();
      auto t = op.on_new([](auto& n, auto const& key, zddm::intent_id id) { return n.begin(key, id); }, op.next_intent());
      if (!t || !*t) return {zddm::reached::applied, zddm::reached::unknown};
      (void)op.on_new([](auto& n, auto const& key, zddm::intent const& i, auto const& v) { return n.end(key, i, v); }, **t,
                      op.held());
      return {zddm::reached::applied, zddm::reached::applied};
    }
  };
};
/// Takes a write of Old that was not heard of for one that did not happen.
struct sure_of_failures {
  using axis = zddm::axis::consistency;
  template <class Model> struct bind : zddm::consistency::intent::bind<Model> {
    template <class Op> zddm::write_outcome write(Op& op) {
      auto t = op.on_new([](auto& n, auto const& key, zddm::intent_id id) { return n.begin(key, id); }, op.next_intent());
      if (!t || !*t) op.cannot_invalidate(t.failure());
      try {
        op.old_apply();
      } catch (...) {
        (void)op.on_new([](auto& n, auto const& key, zddm::intent const& i) { return n.release(key, i), true; }, **t);
        throw;
      }
      (void)op.on_new([](auto& n, auto const& key, zddm::intent const& i, auto const& v) { return n.end(key, i, v); }, **t,
                      op.held());
      return {zddm::reached::applied, zddm::reached::applied};
    }
  };
};
/// Applies an update to what each store holds.
struct on_two_bases {
  using axis = zddm::axis::consistency;
  template <class Model> struct bind : zddm::consistency::intent::bind<Model> {
    template <class Op, class F> auto update(Op& op, F&& f) -> std::optional<typename Op::value_type> {
      auto const base = op.old_get();
      auto const result = f(base);
      auto t = op.on_new([](auto& n, auto const& key, zddm::intent_id id) { return n.begin(key, id); }, op.next_intent());
      op.old_replace(result);
      if (t && *t)
        (void)op.on_new([](auto& n, auto const& key, zddm::intent const& i, auto const& v) { return n.end(key, i, v); }, **t,
                        result);
      return result;
    }
  };
};
/// Repairs by taking the right of whoever writes.
struct fences {
  using axis = zddm::axis::consistency;
  template <class Model> struct bind : zddm::consistency::intent::bind<Model> {
    template <class Op> bool refresh(Op& op) {
      auto seen = op.on_new([](auto& n, auto const& key) { return n.fence(key); });
      auto filled = op.on_new([](auto& n, auto const& key, auto const& v, std::uint64_t at) { return n.fill(key, v, at); },
                              op.old_get(), *seen);
      return filled && *filled;
    }
  };
};

/// A process whose high-water rate was not kept.
place forgotten() {
  place p = shut;
  p.keeps_high_water = false;
  return p;
}

} // namespace

TEST_CASE("hazards: a fill beside a writer, an eraser and a copier") {
  std::vector<actor> const reader_and_writer{{dual, "r"}, {dual, "1"}};
  std::vector<actor> const reader_and_eraser{{dual, "r"}, {dual, "d"}};
  std::vector<actor> const two_writers{{dual, "1"}, {dual, "2"}, {dual, "r"}};
  std::vector<actor> const copier_and_writer{{{row::migrating, true}, "c"}, {{row::migrating, true}, "1"}};
  halves("H1 stale fill", explore<blind>(reader_and_writer, dual, {}, false), explore<store>(reader_and_writer, dual, {}, false));
  halves("H2 resurrected delete", explore<inserts>(reader_and_eraser, dual, {}, false),
         explore<store>(reader_and_eraser, dual, {}, false));
  halves("H3 reordered writers", explore<never_overlapped>(two_writers, dual, {}, false),
         explore<store>(two_writers, dual, {}, false));
  halves("H9 backfill over newer", explore<blind>(copier_and_writer, dual, {}, false),
         explore<store>(copier_and_writer, dual, {}, false));
}

TEST_CASE("hazards: a write that fails, dies, times out or is cancelled between the stores") {
  std::vector<actor> const writer_and_reader{{dual, "1"}, {dual, "rr"}};
  explorer::bounds const fails{.faults = 1, .ways = {fault::before, fault::after}};
  explorer::bounds const dies{.crashes = 1};
  explorer::bounds const late{.faults = 1, .ways = {fault::late}};
  explorer::bounds const cancelled{.faults = 1, .ways = {fault::cancelled}};
  using zddm::failure::propagate;
  halves("H4 failed second write", explore<store, old_first>(writer_and_reader, dual, fails, true),
         explore<store>(writer_and_reader, dual, fails, true));
  halves("H5 crash between writes", explore<store, old_first>(writer_and_reader, dual, dies, true),
         explore<store>(writer_and_reader, dual, dies, true));
  halves("H6 timed-out first write", explore<store, sure_of_failures>(writer_and_reader, dual, late, true),
         explore<store>(writer_and_reader, dual, late, true));
  halves("H7 cancelled between writes", explore<store, old_first, propagate>(writer_and_reader, dual, cancelled, true),
         explore<store, propagate>(writer_and_reader, dual, cancelled, true));
}

TEST_CASE("hazards: a gate that closes and opens again") {
  std::vector<actor> const kept{{dual, "r"}, {shut, "1"}, {dual, "r"}};
  std::vector<actor> const lost{{dual, "r"}, {forgotten(), "1"}, {dual, "r"}};
  halves("H8 gate down and up", explore<store>(lost, dual, {}, false), explore<store>(kept, dual, {}, false));
}

TEST_CASE("hazards: repair, beside a writer and after a death") {
  place const at{row::migrated, true};
  std::vector<actor> const repairer_and_writer{{at, "v"}, {at, "1"}};
  std::vector<actor> const copier{{at, "c"}};
  std::vector<actor> const repairer{{at, "v"}};
  auto const poison = [](inner_store&, inner_store& to) { to.put(key, 7); };
  halves("H10 unhealed poison", explore<store>(copier, at, {}, true, poison), explore<store>(repairer, at, {}, true, poison));

  std::vector<actor> const drainer_and_writer{{at, "a"}, {at, "1"}};
  std::vector<actor> const patient_drainer{{at, "h"}, {at, "1"}};
  halves("H11 repair under a slow writer", explore<store>(drainer_and_writer, at, {.crashes = 1}, true),
         explore<store>(patient_drainer, at, {.crashes = 1}, true));

  using zddm::consistency::intent;
  using zddm::consistency::repair;
  using zddm::consistency::sampled;
  std::vector<actor> const reader_that_repairs{{at, "r"}, {at, "1"}, {at, "2"}};
  auto const by_fence = explore<store, sampled<1, 1, repair, fences>>(reader_that_repairs, at, {}, true, poison);
  auto const as_writer = explore<store, sampled<1, 1, repair, intent>>(reader_that_repairs, at, {}, true, poison);
  // A poisoned value is served until it is repaired: what counts is what is there at rest.
  tell("H13 repair with an old read", {by_fence.apart, by_fence.tally.schedules}, {as_writer.apart, as_writer.tally.schedules},
       by_fence.tally.witness);
  CHECK(as_writer.tally.complete);
}

TEST_CASE("hazards: a read-modify-write beside another") {
  std::vector<actor> const two{{dual, "u"}, {dual, "u"}};
  halves("H15 update on two bases", explore<store, on_two_bases>(two, dual, {}, true), explore<store>(two, dual, {}, true));
}

TEST_CASE("hazards: H12 a fleet that moves on while an operation of an earlier row is under way") {
  using proxy = zddm::proxy<store, store, explorer::local, zddm::gate::dial>;
  using recorder = explorer::recorder<int>;
  auto const walk = [](bool waits) {
    std::optional<inner_store> old_rows, new_rows;
    std::optional<store> old_side, new_side;
    std::vector<std::unique_ptr<zddm::lifecycle::handle>> handles;
    std::vector<std::unique_ptr<proxy>> proxies;
    recorder record;
    verdict v;
    explorer::explorer e;
    auto const read = [&](int by) {
      record.run(by, recorder::kind::read, std::nullopt, [&] { return proxies[static_cast<std::size_t>(by)]->read(key); });
    };
    v.tally = e.run(
        [&] {
          proxies.clear();
          handles.clear();
          record.clear();
          old_rows.emplace();
          new_rows.emplace();
          old_rows->put(key, 0);
          old_side.emplace(*old_rows, 0);
          new_side.emplace(*new_rows, 1);
          for (int i = 0; i < 2; ++i) {
            handles.push_back(std::make_unique<zddm::lifecycle::handle>("m", place{row::unrun, true}.settings()));
            proxies.push_back(std::make_unique<proxy>(*old_side, *new_side, *handles.back()));
          }
          e.spawn(0, [&] {
            record.run(0, recorder::kind::write, 1, [&] {
              proxies[0]->write(key, 1);
              return std::optional<int>(1);
            });
          });
          e.spawn(1, [&] {
            read(1);
            read(1);
          });
          e.spawn(2, [&] {
            std::uint64_t epoch = 0;
            for (auto const at : {row::preparing, row::prepared}) {
              auto next = place{at, true}.settings();
              next.epoch = ++epoch;
              for (auto const& h : handles) {
                e.step("moves a process on");
                e.changed(2, epoch);
                try {
                  h->publish(next, [&] {
                    if (!waits) throw explorer::cancelled{};
                    e.wait();
                  });
                } catch (explorer::cancelled const&) {
                }
              }
            }
          });
        },
        [&] {
          read(1);
          bool const linear = zddm::testing::linearizable<int>(record.events(), 0);
          auto const seen = new_rows->look(key);
          bool const together = seen.known == zddm::knowledge::unknown || seen.value == old_rows->get(key);
          v.not_linearizable += !linear;
          v.apart += !together;
          return linear && together;
        });
    return v;
  };
  halves("H12 switch before drain", walk(false), walk(true));
}

namespace {
/// Whether the process that is taken for dead still has its lease.
bool lives = true;

/// A lease as `shared` looks at it; who has looked knows what it saw.
struct leased {
  using axis = zddm::axis::lifecycle;
  template <class Model> struct bind : explorer::local::bind<Model> {
    using explorer::local::bind<Model>::bind;
    bool may_act() const {
      bool const may = lives || this->migration().process() != 1;
      explorer::explorer::current().learned(may ? 1 : 2);
      return may;
    }
  };
};

/// No write of Old takes longer than the lease of who began it (H11).
struct punctual : inner_store {
  void put(int k, int v) {
    if (!lives) throw zddm::store_error(zddm::error_class::transient, "the lease is longer than any call of Old");
    inner_store::put(k, v);
  }
};
} // namespace

TEST_CASE("hazards: H12 a writer that is taken for dead and goes on when New is the authority") {
  using old_store = explorer::stepping<punctual>;
  using proxy = zddm::proxy<old_store, store, leased, zddm::gate::dial>;
  using recorder = explorer::recorder<int>;
  auto const warned = zddm::lifecycle::send_warnings_to([](auto const&) {});
  auto const walk = [](bool seals) {
    std::optional<punctual> old_rows;
    std::optional<inner_store> new_rows;
    std::optional<old_store> old_side;
    std::optional<store> new_side;
    std::vector<std::unique_ptr<zddm::lifecycle::handle>> handles;
    std::vector<std::unique_ptr<proxy>> proxies;
    recorder record;
    verdict v;
    explorer::explorer e;
    auto const read = [&] { record.run(1, recorder::kind::read, std::nullopt, [&] { return proxies[1]->read(key); }); };
    auto const move_on = [&](row at) {
      auto next = place{at, true}.settings();
      next.epoch = handles[1]->current().epoch + 1;
      e.step("moves the living on");
      e.changed(2, next.epoch);
      handles[1]->publish(next, [&] { e.wait(); });
    };
    v.tally = e.run(
        [&] {
          proxies.clear();
          handles.clear();
          record.clear();
          lives = true;
          old_rows.emplace();
          new_rows.emplace();
          old_rows->put(key, 0);
          new_rows->put(key, 0);
          old_side.emplace(*old_rows, 0);
          new_side.emplace(*new_rows, 1);
          for (std::uint64_t i = 0; i < 2; ++i) {
            handles.push_back(std::make_unique<zddm::lifecycle::handle>("m", place{row::switched, true}.settings(), i + 1));
            proxies.push_back(std::make_unique<proxy>(*old_side, *new_side, *handles.back()));
          }
          e.spawn(0, [&] {
            record.run(0, recorder::kind::write, 1, [&] {
              proxies[0]->write(key, 1);
              return std::optional<int>(1);
            });
          });
          e.spawn(1, [&] {
            record.run(1, recorder::kind::write, 2, [&] {
              proxies[1]->write(key, 2);
              return std::optional<int>(2);
            });
            read();
          });
          e.spawn(2, [&] {
            e.step("takes a process for dead");
            e.changed(2, 0);
            lives = false;
            move_on(row::completing);
            if (seals) new_side->seal();
            if (zddm::verify::drain(*old_side, *new_side, [](zddm::intent_id id) { return id.process == 1; }).dry())
              move_on(row::completed);
          });
        },
        [&] {
          read();
          bool const linear = zddm::testing::linearizable<int>(record.events(), 0);
          v.not_linearizable += !linear;
          return linear;
        });
    return v;
  };
  halves("H12 late begin", walk(false), walk(true));
  zddm::lifecycle::send_warnings_to(warned);
}

namespace {
std::int64_t passed = 0; ///< milliseconds
struct wall {
  static zddm::instant now() { return zddm::instant{passed}; }
};

/// Whether a row that Old ends after five seconds is still read at that time, filled after three by a read or a copy.
template <class Old, class New> bool outlives(bool by_copy) {
  passed = 0;
  zddm::memory::store<int, int> rows([] { return zddm::memory::store<int, int>::time_point(std::chrono::milliseconds(passed)); });
  rows.put_for(key, 1, std::chrono::seconds(5));
  std::optional<Old> view;
  auto& from = [&]() -> auto& {
    if constexpr (std::same_as<Old, zddm::memory::store<int, int>>)
      return rows;
    else
      return view.emplace(rows);
  }();
  New to;
  zddm::lifecycle::handle migration("m", dual.settings());
  zddm::proxy<Old, New, zddm::lifecycle::local, zddm::gate::dial> proxy(from, to, migration);
  passed = 3000;
  if (by_copy) {
    zddm::backfill::copy<Old, New> copy(from, to);
    typename decltype(copy)::page_type page;
    copy.read({}, 10, page);
    CHECK(copy.write(page) == 1);
  } else
    CHECK(proxy.read(key));
  CHECK(to.get(key));
  passed = 4999;
  CHECK(proxy.read(key));
  passed = 5000;
  CHECK_FALSE(rows.get(key));
  return proxy.read(key).has_value();
}
} // namespace

TEST_CASE("hazards: H14 a row with a time to live, copied before it ends") {
  using plain = zddm::memory::store<int, int>;
  using dated_old = zddm::dated_rows<plain, wall>;
  using dated_new = zddm::lapsing<zddm::memory::store<int, zddm::dated<int>>, wall>;
  static_assert(
      !zddm::promise_of<zddm::proxy<plain, plain, zddm::lifecycle::local>>.closed.has(zddm::hazard::restarted_time_to_live));
  static_assert(zddm::promise_of<zddm::proxy<dated_old, dated_new, zddm::lifecycle::local>>.closed.has(
      zddm::hazard::restarted_time_to_live));
  half without{0, 2}, with{0, 2};
  for (bool const by_copy : {false, true}) {
    without.failed += outlives<plain, plain>(by_copy);
    with.failed += outlives<dated_old, dated_new>(by_copy);
  }
  tell("H14 restarted time to live", without, with, "put_for 5 s, 3 s pass, fill, 2 s pass, read");
  CHECK(without.failed == without.tried);
}

TEST_CASE("hazards: H16 a process that starts while the state store cannot be reached") {
  using rows = zddm::memory::store<int, int>;
  struct cut_off : zddm::memory::state_store {
    std::optional<zddm::lifecycle::stored> read(std::string_view) { throw unreachable(); }
    std::vector<zddm::lifecycle::stored> list(std::string_view) { throw unreachable(); }
    bool commit(std::span<zddm::lifecycle::change const>) { throw unreachable(); }
    static zddm::store_error unreachable() { return {zddm::error_class::transient, "the state store is not reached"}; }
  } state;
  rows from, to;
  zddm::lifecycle::handle served("m", dual.settings());
  zddm::proxy<rows, rows, zddm::lifecycle::local> serving(from, to, served);
  serving.write(key, 1);

  // Without the guard a process starts in the row a handle begins with.
  zddm::lifecycle::handle assumed("m");
  zddm::proxy<rows, rows, zddm::lifecycle::local> starts(from, to, assumed);
  starts.write(key, 2);
  bool const lost = serving.read(key) != 2;

  // With it a process that cannot learn the row serves nothing.
  from.put(key, 1);
  zddm::lifecycle::handle unknown("m");
  CHECK_THROWS_AS(zddm::lifecycle::member(state, unknown, {std::chrono::seconds(10), std::chrono::milliseconds(1), "web", false}),
                  zddm::store_error);
  zddm::proxy<rows, rows, zddm::lifecycle::shared> refuses(from, to, unknown);
  CHECK_THROWS_AS(refuses.write(key, 2), zddm::lease_lost);
  CHECK_THROWS_AS(refuses.read(key), zddm::lease_lost);
  bool const kept = from.get(key) == 1 && serving.read(key) == 1;
  tell("H16 wrong state at start", {lost, 1}, {!kept, 1}, "serves in unrun beside a process in prepared: write, read there");
}
