// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>

#include <zddm/core/error.hpp>
#include <zddm/policy/executor.hpp>

/// What the engine hands to the policies that decide whether, where and how often a piece of an operation is done.
namespace zddm::detail {

/// A call of New that may be made again after an unknown outcome, and may end after its caller has gone on: a captureless
/// `Step(New&, key, args...)`, so that it can own all it needs.
template <class Op, class Step, class... Args> class repeatable_call {
  static_assert(std::is_empty_v<Step>, "zddm: a step that may be repeated or end later captures nothing; give what it needs to "
                                       "on_new(step, args...), or use on_new_once");

public:
  static constexpr bool repeatable = true;

  repeatable_call(Op& op, Step step, Args const&... args) : op_(op), step_(step), args_(args...) {}

  auto operator()() const {
    return std::apply([this](auto const&... args) { return op_.call_new(step_, args...); }, args_);
  }
  /// The class of what the call has just thrown; to be asked inside a handler.
  error_class error() const { return op_.new_error(); }
  /// The row requires New: no answer is no success.
  bool required() const { return op_.plan().new_required; }
  std::uint64_t bucket() const { return op_.bucket(); }
  /// The same call as an operation of its own, for another thread: it throws a transient error, with nothing done, if the
  /// settings are others by then.
  auto detached() const {
    return std::apply([this](auto const&... args) { return op_.detached(step_, args...); }, args_);
  }

private:
  Op& op_;
  [[no_unique_address]] Step step_;
  std::tuple<Args const&...> args_;
};

/// A call of New that is made once at most, while its caller waits.
template <class Op, class Step> class single_call {
public:
  static constexpr bool repeatable = false;

  single_call(Op& op, Step& step) : op_(op), step_(step) {}

  auto operator()() const { return op_.call_new(step_); }
  error_class error() const { return op_.new_error(); }
  bool required() const { return op_.plan().new_required; }
  std::uint64_t bucket() const { return op_.bucket(); }

private:
  Op& op_;
  Step& step_;
};

/// A part of an operation that a cache policy does now, by calling it, or has done off the caller's path, as `later()`: a
/// captureless `Later(op, args...)` in an operation of its own, dropped where the row does not write both stores any more.
template <class Op, class Now, class Later, class... Args> class deferrable {
  static_assert(std::is_empty_v<Later>, "zddm: what is done later captures nothing; give it what it needs as arguments");

public:
  deferrable(Op& op, Now& now, Later later, Args const&... args) : op_(op), now_(now), later_(later), args_(args...) {}

  auto operator()() const { return now_(); }
  std::uint64_t bucket() const { return op_.bucket(); }
  task later() const {
    return std::apply([this](auto const&... args) { return op_.later(later_, args...); }, args_);
  }
  /// What a write that was deferred says of New.
  static constexpr auto queued() { return Op::queued; }
  /// Neither done nor deferred, since the executor was full.
  void shed() const { op_.shed(); }

private:
  Op& op_;
  Now& now_;
  [[no_unique_address]] Later later_;
  std::tuple<Args const&...> args_;
};

} // namespace zddm::detail
