// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>

#include <zddm/core/outcome.hpp>
#include <zddm/core/store.hpp>
#include <zddm/lifecycle/route.hpp>
#include <zddm/policy/attempt.hpp>
#include <zddm/policy/axis.hpp>
#include <zddm/policy/event.hpp>

namespace zddm::consistency {

/// No guard: a read that misses fills blindly, a write goes to one store and then to the other. Threads that touch one key
/// may leave the stores apart for ever. For one thread, or data that is only read. What is written beside a New that fails
/// is lost to New until `refresh`.
struct unguarded {
  using axis = zddm::axis::consistency;

  template <class Model> class bind {
  public:
    template <class Store> static constexpr bool serves = store<Store>;
    static constexpr bool many_processes = false;

    template <class Op> auto read(Op& op) -> std::optional<typename Op::value_type> {
      auto hit = op.on_new([](auto& n, auto const& key) { return n.get(key); });
      if (!hit) return op.fall_back(hit.failure());
      if (*hit) return op.answer(std::move(*hit));
      auto value = op.answer_from_old();
      if (value)
        op.on_miss([&] { return put_new(op, value); }, [](auto& later, auto const& v) { return put_new(later, v); }, value);
      return value;
    }

    template <class Op> write_outcome write(Op& op) {
      if (op.plan().write == lifecycle::writes::mirrored) {
        into_new(op, op.held());
        op.old_apply();
        op.agreed();
        return {reached::applied, reached::applied};
      }
      op.old_apply();
      return {reached::applied, finish(op, op.held())};
    }

    template <class Op> write_outcome write_new_only(Op& op) {
      into_new(op, op.held());
      return {reached::not_asked, reached::applied};
    }

    template <class Op, class F> auto update(Op& op, F&& f) -> std::optional<typename Op::value_type> {
      using lifecycle::writes;
      if (auto const to = op.plan().write; to != writes::mirrored && to != writes::new_only) {
        auto result = op.old_update(f);
        finish(op, result);
        return result;
      }
      auto base = op.on_new([](auto& n, auto const& key) { return n.get(key); });
      if (!base) base.rethrow();
      std::optional<typename Op::value_type> result = f(std::as_const(*base));
      into_new(op, result);
      if (op.plan().write == writes::mirrored) {
        op.old_replace(result);
        op.agreed();
      }
      return result;
    }

    template <class Op> bool fill(Op& op) {
      auto hit = op.on_new([](auto& n, auto const& key) { return n.get(key); });
      if (!hit) hit.rethrow();
      return !*hit && refresh(op);
    }

    template <class Op> bool refresh(Op& op) {
      auto put = put_new(op, op.old_get());
      if (put) op.agreed();
      return static_cast<bool>(put);
    }

    template <class Op> bool restore(Op& op) {
      auto there = op.on_new([](auto& n, auto const& key) { return n.get(key); });
      if (!there || !*there) return false;
      op.old_replace(*there);
      return true;
    }

    template <class Fill> std::size_t heal(Fill&&) { return 0; }

    template <class Op, class Compare> event::comparison compare(Op& op, Compare&& compare_values) {
      auto there = op.on_new([](auto& n, auto const& key) { return n.get(key); });
      return there ? compare_values(op.old_get(), *there) : event::comparison::in_flight;
    }

  private:
    template <class Op, class Value> static attempt<bool> put_new(Op& op, std::optional<Value> const& value) {
      return op.on_new([](auto& n, auto const& key, auto const& v) { return v ? n.put(key, *v) : n.erase(key), true; }, value);
    }
    template <class Op, class Value> static void into_new(Op& op, std::optional<Value> const& value) {
      auto put = put_new(op, value);
      if (!put) put.rethrow();
    }

    template <class Op, class Held> static reached finish(Op& op, Held const& held) {
      using lifecycle::writes;
      auto const to = op.plan().write;
      if (to == writes::old_only) return reached::not_asked;
      bool const carries = to == writes::dual && op.carries_value();
      auto put = put_new(op, carries ? held : std::nullopt);
      if (put) {
        op.agreed();
        return carries ? reached::applied : reached::invalidated;
      }
      if (op.plan().new_required) op.half_applied(put.failure());
      return reached::unknown;
    }
  };
};

} // namespace zddm::consistency
