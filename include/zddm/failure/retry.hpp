// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>

#include <zddm/core/error.hpp>
#include <zddm/failure/fall_back_to_old.hpp>
#include <zddm/lifecycle/barrier.hpp>
#include <zddm/policy/attempt.hpp>
#include <zddm/policy/axis.hpp>
#include <zddm/policy/executor.hpp>
#include <zddm/policy/part.hpp>
#include <zddm/policy/requirements.hpp>

namespace zddm::failure {

/// A call of New that failed for a passing reason is made again, `Attempts` times in all, after a pause that doubles from
/// `FirstMs` to `MostMs` milliseconds and of which up to a half is left to chance. One of unknown outcome is made again
/// only where that does no harm, a permanent failure never. `Inner` has each attempt and says how the last one ends.
template <unsigned Attempts, class Inner = fall_back_to_old, unsigned FirstMs = 1, unsigned MostMs = 50,
          class Sleep = lifecycle::sleeper>
struct retry {
  static_assert(Attempts >= 1 && FirstMs >= 1 && MostMs >= FirstMs,
                "zddm: failure::retry<Attempts, Inner, FirstMs, MostMs> takes the attempts in all, 1 or more, and pauses in "
                "milliseconds of which the first is 1 or more and not longer than the longest");
  static_assert(policy_of<Inner, zddm::axis::failure>, "zddm: failure::retry<Attempts, Inner> takes a failure policy as Inner");
  using axis = zddm::axis::failure;
  static constexpr bool detaches = detaches_calls<Inner>;

  template <class Model> class bind : part<typename Inner::template bind<Model>> {
    using inner = part<typename Inner::template bind<Model>>;

  public:
    static constexpr bool shields = shields_callers<inner>;

    template <class... Parts> explicit bind(Parts&... given) : inner(given...) {}

    template <class Call> auto on_new(Call const& call) -> attempt<decltype(call())> {
      for (unsigned made = 1;; ++made) {
        try {
          auto ended = inner::on_new(call);
          if (ended || made == Attempts || !worth_another(call, ended.failure())) return ended;
        } catch (...) {
          if (made == Attempts || !worth_another(call, std::current_exception())) throw;
        }
        Sleep{}(pause(made));
      }
    }
    void finish()
      requires puts_work_off<inner>
    {
      inner::finish();
    }
    bool tripped()
      requires trips<inner>
    {
      return inner::tripped();
    }

  private:
    template <class Call> static bool worth_another(Call const& call, std::exception_ptr const& failure) {
      try {
        std::rethrow_exception(failure);
      } catch (...) {
        auto const kind = call.error();
        return kind == error_class::transient || (kind == error_class::unknown_outcome && Call::repeatable);
      }
    }

    static std::chrono::milliseconds pause(unsigned made) {
      static std::atomic<std::uint64_t> drawn{0};
      std::uint64_t const longest = std::min<std::uint64_t>(MostMs, std::uint64_t{FirstMs} << std::min(made - 1, 20u));
      std::uint64_t const chance = (drawn.fetch_add(0x9e3779b97f4a7c15u, std::memory_order_relaxed) >> 32) % (longest / 2 + 1);
      return std::chrono::milliseconds(static_cast<std::int64_t>(longest - chance));
    }
  };
};

} // namespace zddm::failure
