// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <exception>
#include <optional>
#include <utility>

#include <zddm/core/error.hpp>
#include <zddm/core/hazard.hpp>
#include <zddm/core/outcome.hpp>
#include <zddm/core/store.hpp>
#include <zddm/core/version.hpp>
#include <zddm/lifecycle/route.hpp>
#include <zddm/policy/attempt.hpp>
#include <zddm/policy/axis.hpp>
#include <zddm/policy/event.hpp>

namespace zddm::consistency {

/// Every write carries the version that its authority gave it, and each store takes only what is newer than what it holds,
/// so any number of processes converge whatever the order of their calls. No call more than the two writes, from `unrun` on;
/// all of them, of every process, go through a proxy. Reads are regular: beside a write in flight two processes may be given
/// its value and the one before in either order. A process that dies between the two stores leaves an earlier value in New.
struct versioned {
  using axis = zddm::axis::consistency;

  template <class Model> class bind {
    using value_type = typename Model::value_type;
    using held_value = std::optional<value_type>;
    using state = zddm::versioned<value_type>;

  public:
    template <class Store> static constexpr bool serves = versioned_store<Store>;
    template <class Store> static constexpr bool serves_old = versioned_store<Store>;
    template <class Old, class New> static constexpr bool updates = conditional_store<Old> && conditional_store<New>;
    static constexpr bool many_processes = true;
    static constexpr bool keeps_versions = true; ///< in both stores; New has no intents
    static constexpr bool takes_every_write = true;
    static constexpr bool late_calls = true;
    static constexpr bool deferred_writes = false;
    static constexpr agreement reads = agreement::regular;
    template <class Old, class New>
    static constexpr hazards closes = hazards{hazard::stale_fill, hazard::resurrected_delete, hazard::reordered_writers,
                                              hazard::backfill_over_newer, hazard::repair_with_an_old_read} |
                                      (conditional_store<Old> ? hazards{hazard::unhealed_poison} : hazards{}) |
                                      (updates<Old, New> ? hazards{hazard::update_on_two_bases} : hazards{});

    template <class Op> held_value read(Op& op) {
      auto hit = op.on_new([](auto& n, auto const& key) { return n.get(key); });
      if (!hit) return op.fall_back(hit.failure());
      if (*hit) return op.answer(std::move(*hit));
      if (led_by_new(op)) {
        auto seen = look(op);
        if (!seen) return op.fall_back(seen.failure());
        if (knows(*seen)) return op.answer(std::move(seen->value));
      }
      state const seen = old_state(op);
      if (seen.value && op.plan().write == lifecycle::writes::dual) {
        op.confirm_lease();
        op.on_miss([&] { return take(op, seen.value, seen.version); },
                   [](auto& later, held_value const& v, version n) { return take(later, v, n); }, seen.value, seen.version);
      }
      return op.answer_as_old(seen.value);
    }

    template <class Op> write_outcome write(Op& op) {
      if (led_by_new(op)) {
        lead(op, op.held());
        return {reached::applied, reached::applied};
      }
      op.confirm_lease();
      version const n = op.change_old([&](auto& old_store) {
        auto const* const input = op.input();
        return input ? old_store.put_next(op.key(), *input, op.process()) : old_store.erase_next(op.key(), op.process());
      });
      return {reached::applied, follow(op, op.held(), n)};
    }

    template <class Op> write_outcome write_new_only(Op& op) {
      sure(op.on_new_once([&](auto& n, auto const& key) {
        auto const value = op.held();
        return value ? n.put_next(key, *value, op.process()) : n.erase_next(key, op.process());
      }));
      return {reached::not_asked, reached::applied};
    }

    /// One authority orders the updates of a key: while it passes from Old to New they wait.
    template <class Op, class F> held_value update(Op& op, F&& f) {
      if (led_by_new(op)) op.wait_for_next_row();
      for (;; op.pause()) {
        op.confirm_lease();
        bool const in_new = op.plan().write == lifecycle::writes::new_only;
        state const base = in_new ? sure(look(op)) : old_state(op);
        held_value const result = f(base.value);
        version const next{base.version.counter + 1, op.process()};
        if (in_new) {
          if (sure(op.on_new_once([&](auto& n, auto const& key) { return n.put_if_version(key, result, base.version, next); })))
            return result;
        } else if (op.change_old([&](auto& o) { return o.put_if_version(op.key(), result, base.version, next); })) {
          follow(op, result, next);
          return result;
        }
      }
    }

    /// Gives New what Old holds, where every process tells New of its writes; says whether New took it.
    template <class Op> bool fill(Op& op) {
      if (op.plan().write != lifecycle::writes::dual) return false;
      state const seen = old_state(op);
      return sure(take(op, seen.value, seen.version)) && seen.value;
    }

    /// Makes New hold what Old holds, whatever it had: where New holds something as new as Old, Old's value is written anew, if
    /// Old can do that under a condition. False: it could not be done, or New is the authority.
    template <class Op> bool refresh(Op& op) {
      if (led_by_new(op)) return false;
      for (;; op.pause()) {
        auto there = look(op);
        if (!there) return false;
        state const here = old_state(op);
        if (*there == here) return true;
        if (there->version < here.version) return static_cast<bool>(take(op, here.value, here.version));
        if constexpr (conditional_store<typename Op::old_store>) {
          version const next{std::max(there->version.counter, here.version.counter) + 1, op.process()};
          if (op.on_old([&](auto& o) { return o.put_if_version(op.key(), here.value, here.version, next); }))
            return static_cast<bool>(take(op, here.value, next));
        } else
          return false;
      }
    }

    /// A later write could not be told to New, and New is not shut out either: what Old holds has to get there now.
    template <class Op> void catch_up(Op& op) {
      if (led_by_new(op) || op.plan().write == lifecycle::writes::new_only)
        op.half_applied(std::make_exception_ptr(
            store_error(error_class::transient, "New failed the write, and became the authority meanwhile")));
      state const seen = old_state(op);
      if (auto took = take(op, seen.value, seen.version); !took) op.half_applied(took.failure());
    }

    /// A difference is one between two values of the same version; all else may be a write in flight.
    template <class Op, class Compare> event::comparison compare(Op& op, Compare&& compare_values) {
      auto there = look(op);
      if (!there || !knows(*there)) return event::comparison::in_flight;
      state const here = old_state(op);
      auto const result = compare_values(here.value, there->value);
      bool const alike = there->version == std::max(here.version, oldest_version);
      return alike || result == event::comparison::equal ? result : event::comparison::in_flight;
    }

  private:
    static bool knows(state const& s) { return zddm::knows(s.value.has_value(), s.version); }

    template <class R> static R sure(attempt<R> tried) {
      if (!tried) tried.rethrow();
      return std::move(*tried);
    }

    template <class Op> static bool led_by_new(Op& op) { return op.plan().write == lifecycle::writes::mirrored; }

    template <class Op> static auto look(Op& op) {
      return op.on_new([](auto& n, auto const& key) { return n.get_versioned(key); });
    }
    template <class Op> static state old_state(Op& op) {
      return op.on_old([&](auto& old_store) { return old_store.get_versioned(op.key()); });
    }

    template <class Op> static attempt<bool> take(Op& op, held_value const& value, version n) {
      return op.on_new(
          [](auto& to, auto const& key, held_value const& v, version at) {
            return v ? to.put_if_newer(key, *v, std::max(at, oldest_version))
                     : to.erase_if_newer(key, std::max(at, oldest_version));
          },
          value, n);
    }

    /// New is told of a write of Old: its value, or that it has none. One that New refuses was followed by a newer one.
    template <class Op> static reached follow(Op& op, held_value const& held, version n) {
      using lifecycle::writes;
      auto const to = op.plan().write;
      if (to == writes::old_only) return reached::not_asked;
      bool const carries = to == writes::dual && op.carries_value();
      auto const told = carries ? take(op, held, n) : take(op, std::nullopt, forgotten_version(n.counter - 1));
      if (told) return carries ? reached::applied : reached::invalidated;
      op.fell_behind(told.failure());
      return reached::journaled;
    }

    /// What the versions of New's own writes rise by: more than Old can have assigned beside one.
    static constexpr std::uint64_t stride = std::uint64_t{1} << 32;

    /// A write whose authority is New, and Old follows. Its version is above those that processes with Old as the authority
    /// assign beside it, so that an update of theirs does not undo it.
    template <class Op> static void lead(Op& op, held_value const& value) {
      for (;; op.pause()) {
        state const there = sure(look(op));
        auto above = there.version.counter;
        if (!knows(there)) above = std::max(above, old_state(op).version.counter);
        version const n{above + stride, op.process()};
        op.confirm_lease();
        if (sure(op.on_new_once(
                [&](auto& to, auto const& key) { return value ? to.put_if_newer(key, *value, n) : to.erase_if_newer(key, n); })))
          return mirror(op, value, n);
      }
    }

    template <class Op> static void mirror(Op& op, held_value const& value, version n) {
      try {
        op.confirm_lease();
        op.on_old([&](auto& o) { return value ? o.put_if_newer(op.key(), *value, n) : o.erase_if_newer(op.key(), n); });
      } catch (...) {
        op.half_applied(std::current_exception());
      }
    }
  };
};

} // namespace zddm::consistency
