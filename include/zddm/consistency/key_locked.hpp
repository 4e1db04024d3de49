// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <zddm/core/error.hpp>
#include <zddm/core/hazard.hpp>
#include <zddm/core/outcome.hpp>
#include <zddm/core/store.hpp>
#include <zddm/lifecycle/route.hpp>
#include <zddm/policy/attempt.hpp>
#include <zddm/policy/axis.hpp>
#include <zddm/policy/event.hpp>

namespace zddm::consistency {

/// One process, any two stores: the writes of a key, and the fills of a read that misses, take turns under a striped lock;
/// a read that hits checks a sequence number instead. Linearizable within the process, if all of it uses one proxy. What a
/// failed or interrupted write left in doubt is asked of Old until it is healed, as long as the proxy lives.
template <class Lock, std::size_t Stripes = 64> struct key_locked_by {
  using axis = zddm::axis::consistency;

  template <class Model> class bind {
    using key_type = typename Model::key_type;

    struct alignas(64) stripe {
      Lock lock;
      std::atomic<std::uint64_t> turn{0}; ///< odd while a write is between the two stores
      std::atomic<bool> doubtful{false};  ///< `unknown` is not empty
      std::map<key_type, bool> unknown;   ///< true: a write may still be on its way to Old, so that New cannot follow

      void doubt(key_type const& key, bool lingers) {
        unknown[key] |= lingers;
        doubtful.store(true, std::memory_order_release);
      }
      void trust(key_type const& key) {
        if (unknown.empty() || lingers(key)) return;
        unknown.erase(key);
        doubtful.store(!unknown.empty(), std::memory_order_release);
      }
      bool lingers(key_type const& key) const {
        auto const it = unknown.find(key);
        return it != unknown.end() && it->second;
      }
    };

    /// A write under way: the key is in doubt if it is left before both stores are known to agree.
    class write_turn {
    public:
      write_turn(stripe& s, key_type const& key) : hold_(s.lock), stripe_(s), key_(key) { turn(); }
      write_turn(write_turn const&) = delete;
      ~write_turn() {
        if (!agreed_) stripe_.doubt(key_, lingers_);
        turn();
      }
      void agreed() {
        agreed_ = true;
        stripe_.trust(key_);
      }
      void unchanged() { agreed_ = true; }
      void begun() { agreed_ = false; }
      void lingers() { lingers_ = true; }
      bool in_doubt() const { return stripe_.unknown.contains(key_); }

    private:
      void turn() { stripe_.turn.store(stripe_.turn.load(std::memory_order_relaxed) + 1, std::memory_order_seq_cst); }
      std::lock_guard<Lock> hold_;
      stripe& stripe_;
      key_type const& key_;
      bool agreed_ = false;
      bool lingers_ = false;
    };

  public:
    template <class Store> static constexpr bool serves = store<Store>;
    static constexpr bool many_processes = false;
    static constexpr agreement reads = agreement::linearizable;
    template <class Old, class New>
    static constexpr hazards closes{hazard::stale_fill,          hazard::resurrected_delete,    hazard::reordered_writers,
                                    hazard::failed_second_write, hazard::timed_out_first_write, hazard::cancelled_between_writes,
                                    hazard::backfill_over_newer, hazard::update_on_two_bases};

    template <class Op> auto read(Op& op) -> std::optional<typename Op::value_type> {
      stripe& s = of(op);
      if (auto const before = s.turn.load(std::memory_order_acquire);
          before % 2 == 0 && !s.doubtful.load(std::memory_order_acquire)) {
        auto hit = op.on_new([](auto& n, auto const& key) { return n.get(key); });
        if (!hit) return op.fall_back(hit.failure());
        std::atomic_thread_fence(std::memory_order_acquire);
        if (*hit && s.turn.load(std::memory_order_relaxed) == before) return op.answer(std::move(*hit));
      }
      std::lock_guard const hold(s.lock);
      bool const trusted = !s.unknown.contains(op.key());
      if (trusted) {
        auto hit = op.on_new([](auto& n, auto const& key) { return n.get(key); });
        if (!hit) return op.fall_back(hit.failure());
        if (*hit) return op.answer(std::move(*hit));
      }
      auto value = op.answer_from_old();
      if (trusted ? value.has_value() : !s.lingers(op.key())) op.on_miss([&] { return heal(op, s, value); }, heal_later, this);
      return value;
    }

    template <class Op> write_outcome write(Op& op) {
      write_turn turn(of(op), op.key());
      if (op.plan().write == lifecycle::writes::mirrored) {
        into_new(op, turn);
        mirror(op, turn, [&] { op.old_apply(); });
        return {reached::applied, reached::applied};
      }
      old_step(op, turn, [&] { op.old_apply(); });
      if (op.plan().write == lifecycle::writes::old_only) {
        turn.unchanged();
        return {reached::applied, reached::not_asked};
      }
      return {reached::applied, finish(op, turn, op.held())};
    }

    template <class Op> write_outcome write_new_only(Op& op) {
      write_turn turn(of(op), op.key());
      into_new(op, turn);
      turn.agreed();
      return {reached::not_asked, reached::applied};
    }

    template <class Op, class F> auto update(Op& op, F&& f) -> std::optional<typename Op::value_type> {
      write_turn turn(of(op), op.key());
      using lifecycle::writes;
      auto const to = op.plan().write;
      std::optional<typename Op::value_type> result;
      if (to == writes::mirrored || to == writes::new_only) {
        try {
          auto base = op.on_new([](auto& n, auto const& key) { return n.get(key); });
          if (!base) base.rethrow();
          if (to == writes::mirrored && (turn.in_doubt() || !*base)) base = op.old_get();
          result = f(std::as_const(*base));
        } catch (...) {
          turn.unchanged();
          throw;
        }
        auto put = put_new(op, result);
        if (!put) put.rethrow();
        if (to == writes::mirrored) mirror(op, turn, [&] { op.old_replace(result); });
        turn.agreed();
        return result;
      }
      old_step(op, turn, [&] { result = op.old_update(f); });
      if (to == writes::old_only)
        turn.unchanged();
      else
        finish(op, turn, result);
      return result;
    }

    /// Copies one key from Old if New lacks it; says whether it did.
    template <class Op> bool fill(Op& op) {
      stripe& s = of(op);
      std::lock_guard const hold(s.lock);
      if (!s.unknown.contains(op.key())) {
        auto hit = op.on_new([](auto& n, auto const& key) { return n.get(key); });
        if (!hit) hit.rethrow();
        if (*hit) return false;
      }
      auto const value = op.old_get();
      auto healed = heal(op, s, value);
      if (!healed) healed.rethrow();
      return value.has_value();
    }

    /// Puts into New what Old holds, whatever New had; says whether it could.
    template <class Op> bool refresh(Op& op) {
      stripe& s = of(op);
      std::lock_guard const hold(s.lock);
      return static_cast<bool>(heal(op, s, op.old_get()));
    }

    /// Puts into Old what New holds; says whether it could. False where New does not have the key, or has it in doubt: reads of
    /// it go to Old.
    template <class Op> bool restore(Op& op) {
      write_turn turn(of(op), op.key());
      turn.unchanged();
      if (turn.in_doubt()) return false;
      auto there = op.on_new([](auto& n, auto const& key) { return n.get(key); });
      if (!there || !*there) return false;
      turn.begun();
      old_step(op, turn, [&] { op.old_replace(*there); });
      turn.agreed();
      return true;
    }

    /// Compares the two stores while no write of the key is under way.
    template <class Op, class Compare> event::comparison compare(Op& op, Compare&& compare_values) {
      stripe& s = of(op);
      std::lock_guard const hold(s.lock);
      if (s.unknown.contains(op.key())) return event::comparison::in_flight;
      auto there = op.on_new([](auto& n, auto const& key) { return n.get(key); });
      return there ? compare_values(op.old_get(), *there) : event::comparison::in_flight;
    }

    /// Calls `fill_key` with every key in doubt, and trusts it from then on; says how many there were.
    template <class Fill> std::size_t heal(Fill&& fill_key) {
      std::vector<key_type> doubtful;
      for (stripe& s : stripes_) {
        std::lock_guard const hold(s.lock);
        for (auto& [key, lingers] : s.unknown) {
          lingers = false;
          doubtful.push_back(key);
        }
      }
      for (auto const& key : doubtful) fill_key(key);
      return doubtful.size();
    }

  private:
    template <class Op> stripe& of(Op& op) { return stripes_[op.bucket() % Stripes]; }

    template <class New, class Value> static void store_in(New& n, key_type const& key, std::optional<Value> const& value) {
      if (value)
        n.put(key, *value);
      else
        n.erase(key);
    }

    /// True once New has it.
    template <class Op, class Value> static attempt<bool> put_new(Op& op, std::optional<Value> const& value) {
      return op.on_new([](auto& n, auto const& key, auto const& v) { return store_in(n, key, v), true; }, value);
    }

    static constexpr auto heal_later = [](auto& op, bind* self) { return attempt<bool>(self->fill(op)); };

    template <class Op, class Value> static attempt<bool> heal(Op& op, stripe& s, std::optional<Value> const& value) {
      auto put = put_new(op, value);
      if (put) {
        s.trust(op.key());
        op.agreed();
      } else
        s.doubt(op.key(), false);
      return put;
    }

    template <class Op> static void into_new(Op& op, write_turn&) {
      op.confirm_lease();
      auto put = put_new(op, op.held());
      if (!put) put.rethrow();
    }

    template <class Op, class F> static void mirror(Op& op, write_turn& turn, F&& f) {
      try {
        std::forward<F>(f)();
      } catch (...) {
        turn.unchanged();
        op.half_applied(std::current_exception());
      }
      turn.agreed();
      op.agreed();
    }

    template <class Op, class F> static void old_step(Op& op, write_turn& turn, F&& f) {
      try {
        op.confirm_lease();
        std::forward<F>(f)();
      } catch (...) {
        if (op.old_error() == error_class::unknown_outcome)
          turn.lingers();
        else
          turn.unchanged();
        throw;
      }
    }

    template <class Op, class Held> reached finish(Op& op, write_turn& turn, Held const& held) {
      bool const carries = op.carries_value() && op.plan().write == lifecycle::writes::dual;
      auto const apply = [&] {
        auto put = put_new(op, carries ? held : std::nullopt);
        if (put) {
          turn.agreed();
          op.agreed();
          return carries ? reached::applied : reached::invalidated;
        }
        if (op.plan().new_required) op.half_applied(put.failure());
        return reached::unknown;
      };
      return carries ? op.on_write(apply, heal_later, this) : apply();
    }

    std::array<stripe, Stripes> stripes_;
  };
};

using key_locked = key_locked_by<std::mutex>;

} // namespace zddm::consistency
