// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <utility>

#include <zddm/core/error.hpp>
#include <zddm/core/hazard.hpp>
#include <zddm/core/intent.hpp>
#include <zddm/core/outcome.hpp>
#include <zddm/core/store.hpp>
#include <zddm/lifecycle/route.hpp>
#include <zddm/policy/attempt.hpp>
#include <zddm/policy/axis.hpp>
#include <zddm/policy/event.hpp>

namespace zddm::consistency {

/// New says of every key whether its value may be trusted, so that any number of processes agree, whatever the order of
/// their calls and wherever one of them dies. Old needs nothing. Costs one more call of New a write.
///
/// Until `completing`: if New has a value for a key, it is Old's value, at every instant.
struct intent {
  using axis = zddm::axis::consistency;

  template <class Model> class bind {
  public:
    template <class Store> static constexpr bool serves = intent_store<Store>;
    static constexpr bool many_processes = true;
    static constexpr bool late_calls = true;
    static constexpr agreement reads = agreement::linearizable;
    template <class Old, class New>
    static constexpr hazards closes{hazard::stale_fill,
                                    hazard::resurrected_delete,
                                    hazard::reordered_writers,
                                    hazard::failed_second_write,
                                    hazard::crash_between_writes,
                                    hazard::timed_out_first_write,
                                    hazard::cancelled_between_writes,
                                    hazard::backfill_over_newer,
                                    hazard::unhealed_poison,
                                    hazard::repair_under_a_slow_writer,
                                    hazard::repair_with_an_old_read,
                                    hazard::update_on_two_bases};

    template <class Op> auto read(Op& op) -> std::optional<typename Op::value_type> {
      auto seen = look(op);
      if (!seen) return op.fall_back(seen.failure());
      if (seen->known != knowledge::unknown) return op.answer(std::move(seen->value));
      auto value = op.answer_from_old();
      if (value && !seen->pending) {
        op.confirm_lease(); // the look was under the lease: New, should it be emptied from here on, refuses the fill
        op.on_miss([&] { return fill(op, value, seen->seen); },
                   [](auto& later, auto const& v, std::uint64_t at) { return fill(later, v, at); }, value, seen->seen);
      }
      return value;
    }

    template <class Op> write_outcome write(Op& op) {
      auto const held = op.held();
      if (mirrored(op)) {
        mark(op, [&](auto const&) { return held; }, [&](auto const&) { op.old_apply(); });
        return {reached::applied, reached::applied};
      }
      auto const begun = begin(op);
      old_step(op, begun, [&] { op.old_apply(); });
      return {reached::applied, finish(op, begun, held)};
    }

    template <class Op> write_outcome write_new_only(Op& op) {
      auto assigned = op.on_new_once([&](auto& n, auto const& key) { return n.assign(key, op.held()), done{}; });
      if (!assigned) assigned.rethrow();
      return {reached::not_asked, reached::applied};
    }

    template <class Op, class F> auto update(Op& op, F&& f) -> std::optional<typename Op::value_type> {
      if (mirrored(op) || op.plan().write == lifecycle::writes::new_only)
        return mark(op, f, [&](auto const& result) { op.old_replace(result); });
      auto const begun = begin(op);
      std::optional<typename Op::value_type> result;
      old_step(op, begun, [&] { result = op.old_update(f); });
      finish(op, begun, result);
      return result;
    }

    /// New has what Old holds, or asks Old for the key, whatever it had before: a writer that leaves Old as it is. False: New
    /// cannot be told.
    template <class Op> bool refresh(Op& op) {
      auto begun = try_begin(op);
      if (!begun) return false;
      if (!*begun) return true; // somebody is writing it in New, the authority
      auto const value = [&] {
        try {
          op.confirm_lease();
          return op.old_get();
        } catch (...) {
          release(op, **begun);
          throw;
        }
      }();
      end(op, **begun, value);
      return true;
    }

    /// Compares the two stores; what differs is believed only if no write began while it was looked at.
    template <class Op, class Compare> event::comparison compare(Op& op, Compare&& compare_values) {
      for (int tries = 0; tries < 3; ++tries) {
        auto before = look(op);
        if (!before || before->known == knowledge::unknown || before->pending) break;
        auto const result = compare_values(op.old_get(), before->value);
        if (result == event::comparison::equal) return result;
        auto after = look(op);
        if (after && after->seen == before->seen && after->known == before->known && !after->pending) return result;
      }
      return event::comparison::in_flight;
    }

  private:
    template <class Op> static auto look(Op& op) {
      return op.on_new([](auto& n, auto const& key) { return n.look(key); });
    }

    /// Waits between attempts, and gives up with a transient error when a key stays busy for longer than a write may take.
    template <class Op> class patience {
    public:
      explicit patience(Op& op) : op_(op) {}
      void operator()() {
        if (left_-- == 0)
          throw store_error(
              error_class::transient,
              "the key is being written by a process that does not finish; nothing was changed. Try again, and if it "
              "lasts run zd repair to free the keys of dead processes",
              112);
        op_.pause();
      }

    private:
      Op& op_;
      int left_ = 1000;
    };

    template <class Op> static auto try_begin(Op& op) {
      return op.on_new([](auto& n, auto const& key, intent_id id) { return n.begin(key, id); }, op.next_intent());
    }

    /// No write whose authority is Old begins beside one whose authority is New, nor once New is sealed.
    template <class Op> static zddm::intent begin(Op& op) {
      for (patience<Op> wait(op);; wait()) {
        auto begun = try_begin(op);
        if (!begun) op.cannot_invalidate(begun.failure());
        if (*begun) return **begun;
        op.confirm_lease();
      }
    }

    template <class Op, class Value> static attempt<bool> fill(Op& op, Value const& value, std::uint64_t seen) {
      return op.on_new([](auto& n, auto const& key, auto const& v, std::uint64_t at) { return n.fill(key, v, at); }, value, seen);
    }

    template <class Op, class Held> static attempt<bool> end(Op& op, zddm::intent const& t, Held const& held) {
      return op.on_new([](auto& n, auto const& key, zddm::intent const& mine, auto const& v) { return n.end(key, mine, v); }, t,
                       held);
    }

    template <class Op> static bool release(Op& op, zddm::intent const& t) {
      return static_cast<bool>(
          op.on_new([](auto& n, auto const& key, zddm::intent const& mine) { return n.release(key, mine), done{}; }, t));
    }

    /// The step in Old. What certainly did not happen ends the intent; what may have happened, or may still, leaves it.
    template <class Op, class F> static void old_step(Op& op, zddm::intent const& t, F&& f) {
      try {
        op.confirm_lease();
        std::forward<F>(f)();
      } catch (...) {
        if (op.old_error() != error_class::unknown_outcome) release(op, t);
        throw;
      }
    }

    template <class Op, class Held> static reached finish(Op& op, zddm::intent const& t, Held const& held) {
      bool const carries = op.carries_value() && op.plan().write == lifecycle::writes::dual;
      if (!carries) return release(op, t) ? reached::invalidated : reached::unknown;
      return op.on_write(
          [&] {
            auto ended = end(op, t, held);
            if (ended) return *ended ? reached::applied : reached::invalidated;
            if (op.plan().new_required) op.half_applied(ended.failure());
            return reached::unknown;
          },
          [](auto& later, zddm::intent const& mine, auto const& value) { end(later, mine, value); }, t, held);
    }

    /// A write whose authority is New: it starts from what New knows, one at a time, and Old follows.
    template <class Op, class F, class ToOld>
    static auto mark(Op& op, F&& f, ToOld&& to_old) -> std::optional<typename Op::value_type> {
      for (patience<Op> wait(op);;) {
        op.confirm_lease();
        auto marked = op.on_new_once([&](auto& n, auto const& key) { return n.mark(key, f, op.next_intent()); });
        if (!marked) marked.rethrow();
        if (auto& taken = *marked) {
          if (mirrored(op)) {
            try {
              op.confirm_lease();
              to_old(taken->second);
            } catch (...) {
              op.half_applied(std::current_exception());
            }
          }
          release(op, taken->first);
          return std::move(taken->second);
        }
        if (!settle(op)) wait();
      }
    }

    /// Makes a key known to New that it does not know and that nobody writes. False: somebody does.
    template <class Op> static bool settle(Op& op) {
      auto seen = look(op);
      if (!seen) seen.rethrow();
      if (seen->known != knowledge::unknown || seen->pending) return false;
      std::optional<typename Op::value_type> value;
      if (mirrored(op)) value = op.old_get();
      auto filled = fill(op, value, seen->seen);
      if (!filled) filled.rethrow();
      return true;
    }

    template <class Op> static bool mirrored(Op& op) { return op.plan().write == lifecycle::writes::mirrored; }
  };
};

} // namespace zddm::consistency
