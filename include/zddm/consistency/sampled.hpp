// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <vector>

#include <zddm/core/diff.hpp>
#include <zddm/policy/axis.hpp>
#include <zddm/policy/event.hpp>
#include <zddm/policy/executor.hpp>
#include <zddm/policy/part.hpp>

namespace zddm::consistency {

/// What becomes of a difference: the observer is told.
struct report {};
/// The observer is told, and until the switch New is given Old's value under the fence of the inner policy. After it New's value
/// is the one that readers were given: the observer is told.
struct repair {};
/// Comparisons are made before the read returns.
struct on_path {};

namespace detail {
template <class Where> struct place {
  using type = off_path<Where>;
};
template <> struct place<on_path> {
  struct type {};
};
} // namespace detail

/// `N` of `M` reads that both stores could answer are compared, column by column; which ones is left to chance. A write in
/// flight is never taken for a difference. With an executor as `Where`, given to the proxy, no caller waits for it.
template <unsigned N, unsigned M, class OnMismatch, class Inner, class Where = on_path> struct sampled {
  static_assert(N >= 1 && N <= M, "zddm: consistency::sampled<N, M, OnMismatch, Inner> compares N of M reads, with 1 <= N <= M");
  static constexpr bool known = std::same_as<OnMismatch, report> || std::same_as<OnMismatch, repair>;
  static_assert(known, "zddm: OnMismatch of consistency::sampled is consistency::report or consistency::repair");
  static_assert(policy_of<Inner, zddm::axis::consistency>, "zddm: Inner of consistency::sampled is a consistency policy");
  using axis = zddm::axis::consistency;

  template <class Model> class bind : public part<typename Inner::template bind<Model>> {
    using inner = part<typename Inner::template bind<Model>>;
    using value_type = typename Model::value_type;
    static constexpr bool deferred = !std::same_as<Where, on_path>;
    using elsewhere = typename detail::place<Where>::type;

  public:
    template <class... Parts> explicit bind(Parts&... given) : inner(given...), elsewhere_(given...) {}

    template <class Op> auto read(Op& op) -> std::optional<value_type> {
      auto value = inner::read(op);
      if (!drawn()) return value;
      auto const now = [&] { check(op); };
      auto const comparison = op.part(now, [](auto& later, bind* self) { self->check(later); }, this);
      if constexpr (deferred) {
        if (!elsewhere_.post(comparison.bucket(), comparison.later())) comparison.shed();
      } else
        comparison();
      return value;
    }

    void finish()
      requires deferred
    {
      elsewhere_.finish();
    }

  private:
    bool drawn() {
      std::uint64_t n = drawn_.fetch_add(0x9e3779b97f4a7c15u, std::memory_order_relaxed);
      n = (n ^ n >> 30) * 0xbf58476d1ce4e5b9u;
      return (n ^ n >> 31) % M < N;
    }

    template <class Op> void check(Op& op) {
      std::vector<difference> where;
      auto const result = inner::compare(op, [&](auto const& in_old, auto const& in_new) {
        using enum event::comparison;
        if (!in_old || !in_new) return in_old ? missing : in_new ? extra : equal;
        where = diff(*in_old, *in_new);
        return where.empty() ? equal : differs;
      });
      op.report(event::compared{result, where.empty() ? std::string_view{} : std::string_view(where.front().path)});
      if constexpr (std::same_as<OnMismatch, repair>)
        if (result != event::comparison::equal && result != event::comparison::in_flight && !op.plan().new_required)
          op.report(event::repaired{inner::refresh(op)});
    }

    std::atomic<std::uint64_t> drawn_{0};
    [[no_unique_address]] part<elsewhere> elsewhere_;
  };
};

} // namespace zddm::consistency
