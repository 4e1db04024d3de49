// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <zddm/core/error.hpp>
#include <zddm/failure/fall_back_to_old.hpp>
#include <zddm/policy/attempt.hpp>
#include <zddm/policy/axis.hpp>
#include <zddm/policy/background.hpp>
#include <zddm/policy/executor.hpp>
#include <zddm/policy/part.hpp>
#include <zddm/policy/requirements.hpp>

namespace zddm::failure {

/// As long as the row does not require New, a call of New holds its caller up for `Ms` milliseconds at most: it is made on
/// the executor given to the proxy. One that did not begin in time is never made; one that did not end in time has an
/// unknown outcome and ends when it ends, which the barriers wait for. Where the executor is full the call fails at once.
/// `Inner` says how a failure ends.
template <unsigned Ms, class Inner = fall_back_to_old, executor Executor = background> struct deadline {
  static_assert(Ms >= 1, "zddm: failure::deadline<Ms> takes the milliseconds a caller may wait for New, 1 or more");
  static_assert(policy_of<Inner, zddm::axis::failure>, "zddm: failure::deadline<Ms, Inner> takes a failure policy as Inner");
  using axis = zddm::axis::failure;
  static constexpr bool detaches = true;

  template <class Model> class bind : part<typename Inner::template bind<Model>> {
    using inner = part<typename Inner::template bind<Model>>;

  public:
    static constexpr bool shields = shields_callers<inner>;

    template <class... Parts> explicit bind(Parts&... given) : inner(given...), elsewhere_(given...) {}

    template <class Call> auto on_new(Call const& call) -> attempt<decltype(call())> {
      if constexpr (Call::repeatable)
        if (!call.required()) return inner::on_new(in_time<Call>{call, elsewhere_});
      return inner::on_new(call);
    }
    void finish() {
      elsewhere_.finish();
      if constexpr (puts_work_off<inner>) inner::finish();
    }
    bool tripped()
      requires trips<inner>
    {
      return inner::tripped();
    }

  private:
    /// The call as its caller sees it: it ends in time, one way or the other.
    template <class Call> struct in_time {
      static constexpr bool repeatable = Call::repeatable;
      Call const& call;
      off_path<Executor>& elsewhere;

      using result = decltype(std::declval<Call const&>()());

      /// Shared by the caller, while it waits, and the thread that makes the call.
      struct meeting {
        std::mutex guard;
        std::condition_variable ended;
        bool begun = false;
        bool given_up = false;
        std::optional<result> value;
        std::exception_ptr failure;

        bool over() const { return value || failure; }
      };

      result operator()() const {
        auto const met = std::make_shared<meeting>();
        auto const make = [met, late = call.detached()] {
          {
            std::lock_guard const lock(met->guard);
            if (met->given_up) return;
            met->begun = true;
          }
          std::optional<result> value;
          std::exception_ptr failure;
          try {
            value = late();
          } catch (...) {
            failure = std::current_exception();
          }
          std::lock_guard const lock(met->guard);
          met->value = std::move(value);
          met->failure = failure;
          met->ended.notify_one();
        };
        if (!elsewhere.post(call.bucket(), make)) throw late(error_class::transient, "was not begun: its executor is full", 118);
        std::unique_lock lock(met->guard);
        met->ended.wait_for(lock, std::chrono::milliseconds(Ms), [&] { return met->over(); });
        if (met->value) return std::move(*met->value);
        if (met->failure) std::rethrow_exception(met->failure);
        met->given_up = true;
        if (!met->begun) throw late(error_class::transient, "was not begun in time", 118);
        throw late(error_class::unknown_outcome, "did not end in time and may still be applied", 119);
      }
      error_class error() const { return call.error(); }
      bool required() const { return call.required(); }
      std::uint64_t bucket() const { return call.bucket(); }
      auto detached() const { return call.detached(); }

      static store_error late(error_class kind, std::string const& what, int code) {
        return store_error(kind, "a call of New " + what + " (" + std::to_string(Ms) + " ms); Old serves the caller", code);
      }
    };

    part<off_path<Executor>> elsewhere_;
  };
};

} // namespace zddm::failure
