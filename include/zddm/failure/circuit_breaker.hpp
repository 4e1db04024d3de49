// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>

#include <zddm/core/error.hpp>
#include <zddm/failure/fall_back_to_old.hpp>
#include <zddm/policy/attempt.hpp>
#include <zddm/policy/axis.hpp>
#include <zddm/policy/executor.hpp>
#include <zddm/policy/part.hpp>
#include <zddm/policy/requirements.hpp>

namespace zddm::failure {

/// After `Failures` calls of New in a row that failed without a verdict on the call (transient or of unknown outcome) the
/// breaker opens: for `OpenMs` milliseconds no call of New is made, and New is asked into quarantine, so that other
/// processes go to Old too. Then one call is let through: its success closes the breaker, its failure opens it anew.
/// What was written during a quarantine is healed before reads return to New.
template <unsigned Failures, std::uint32_t OpenMs, class Inner = fall_back_to_old> struct circuit_breaker {
  static_assert(
      Failures >= 1 && OpenMs >= 1,
      "zddm: failure::circuit_breaker<Failures, OpenMs> takes the failures in a row that open it and the milliseconds it "
      "stays open, both 1 or more");
  static_assert(policy_of<Inner, zddm::axis::failure>,
                "zddm: failure::circuit_breaker<Failures, OpenMs, Inner> takes a failure policy as Inner");
  using axis = zddm::axis::failure;
  static constexpr bool detaches = detaches_calls<Inner>;

  template <class Model> class bind : part<typename Inner::template bind<Model>> {
    using inner = part<typename Inner::template bind<Model>>;
    using clock = typename Model::clock_type;

  public:
    static constexpr bool shields = shields_callers<inner>;

    template <class... Parts> explicit bind(Parts&... given) : inner(given...) {}

    enum class position : std::uint8_t { closed, open, half_open };
    position at() const noexcept { return position_.load(std::memory_order_acquire); }

    template <class Call> auto on_new(Call const& call) -> attempt<decltype(call())> {
      if (at() != position::closed && !probes()) return inner::on_new(refused<Call>{call});
      try {
        auto ended = inner::on_new(call);
        if (ended)
          succeeded();
        else
          failed(call, ended.failure());
        return ended;
      } catch (...) {
        failed(call, std::current_exception());
        throw;
      }
    }

    void finish()
      requires puts_work_off<inner>
    {
      inner::finish();
    }
    /// Whether the breaker has opened since this was last asked.
    bool tripped() noexcept { return tripped_.exchange(false, std::memory_order_relaxed); }

  private:
    /// The call, refused.
    template <class Call> struct refused {
      static constexpr bool repeatable = Call::repeatable;
      Call const& call;

      decltype(call()) operator()() const {
        throw store_error(error_class::permanent,
                          "no call of New is made for a while, since " + std::to_string(Failures) +
                              " in a row failed; nothing was done by this one. Look at New, and at zd status",
                          129);
      }
      error_class error() const { return error_class::permanent; }
      bool required() const { return true; }
      std::uint64_t bucket() const { return call.bucket(); }
      auto detached() const { return call.detached(); }
    };

    /// Takes the one call that is let through once the time is over.
    bool probes() {
      if (clock::now().time_since_epoch().count() < until_.load(std::memory_order_acquire)) return false;
      auto open = position::open;
      return position_.compare_exchange_strong(open, position::half_open, std::memory_order_acq_rel);
    }

    void succeeded() {
      if (failures_.load(std::memory_order_relaxed) != 0) failures_.store(0, std::memory_order_relaxed);
      if (at() == position::half_open) position_.store(position::closed, std::memory_order_release);
    }

    template <class Call> void failed(Call const& call, std::exception_ptr const& failure) {
      auto kind = error_class::permanent;
      try {
        std::rethrow_exception(failure);
      } catch (...) {
        kind = call.error();
      }
      if (kind == error_class::permanent) return succeeded(); // New is there
      bool const probe = at() == position::half_open;
      if (!probe && failures_.fetch_add(1, std::memory_order_relaxed) + 1 < Failures) return;
      failures_.store(0, std::memory_order_relaxed);
      until_.store((clock::now() + std::chrono::milliseconds(OpenMs)).time_since_epoch().count(), std::memory_order_release);
      position_.store(position::open, std::memory_order_release);
      tripped_.store(true, std::memory_order_relaxed);
    }

    std::atomic<position> position_{position::closed};
    std::atomic<std::uint32_t> failures_{0};
    std::atomic<typename clock::rep> until_{0};
    std::atomic<bool> tripped_{false};
  };
};

} // namespace zddm::failure
