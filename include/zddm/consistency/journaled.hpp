// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>

#include <zddm/core/hazard.hpp>
#include <zddm/core/outcome.hpp>
#include <zddm/core/store.hpp>
#include <zddm/lifecycle/route.hpp>
#include <zddm/policy/axis.hpp>
#include <zddm/policy/part.hpp>
#include <zddm/policy/requirements.hpp>

namespace zddm::consistency {

/// Each write of Old marks the key in the same atomic step, and the mark is cleared once New agrees: what a process that
/// died left between the stores stays listed in Old, and `proxy.heal()` brings New up to date. Call it at the start, before
/// the first read. `Inner` is a policy whose writes of a key take turns in one process.
template <class Inner> struct journaled {
  static_assert(policy_of<Inner, zddm::axis::consistency>, "zddm: consistency::journaled<Inner> takes a consistency policy");
  using axis = zddm::axis::consistency;

  template <class Model> class bind : public part<typename Inner::template bind<Model>> {
    using inner = part<typename Inner::template bind<Model>>;
    static constexpr bool in_turn = !inner::many_processes;
    static_assert(in_turn, "zddm: consistency::journaled<Inner> marks the writes of one process: take key_locked or unguarded as "
                           "Inner; consistency::intent survives a crash by itself");

  public:
    using inner::inner;

    static constexpr bool journals = true;
    template <class Store> static constexpr bool serves_old = journaling_store<Store>;
    template <class Old, class New>
    static constexpr hazards closes =
        closed_by_policy<inner, Old, New> | hazards{hazard::failed_second_write, hazard::crash_between_writes};

    template <class Op> write_outcome write(Op& op) {
      mark(op);
      return inner::write(op);
    }
    template <class Op, class F> auto update(Op& op, F&& f) {
      mark(op);
      return inner::update(op, f);
    }

  private:
    template <class Op> static void mark(Op& op) {
      if (op.plan().write != lifecycle::writes::old_only) op.mark_in_old();
    }
  };
};

} // namespace zddm::consistency
