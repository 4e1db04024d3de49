// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

#include <zddm/core/counterpart.hpp>
#include <zddm/core/error.hpp>
#include <zddm/core/intent.hpp>
#include <zddm/core/outcome.hpp>
#include <zddm/core/store.hpp>
#include <zddm/lifecycle/settings.hpp>
#include <zddm/policy/attempt.hpp>
#include <zddm/policy/event.hpp>
#include <zddm/policy/requirements.hpp>
#include <zddm/proxy/call.hpp>

namespace zddm::detail {

/// Thrown before anything was applied: New cannot be told that a key changes, so it has to be shut out first.
struct shut_out {
  std::exception_ptr why;
};

/// Thrown before anything was done: the operation begins again once the row is another.
struct between_rows {};

/// Tells the observer, if it listens to such events at all.
template <class Observer, class Event> void tell(Observer& observer, Event const& e) {
  if constexpr (hears<Observer, Event>) observer.on(e);
}

/// Runs one call of a store, timed if somebody listens.
template <class Clock, class Observer, class Call>
decltype(auto) timed(Observer& observer, event::side side, event::operation what, Call&& call) {
  if constexpr (!hears<Observer, event::call>)
    return std::forward<Call>(call)();
  else {
    struct report {
      Observer& observer;
      event::call call;
      typename Clock::time_point start = Clock::now();
      ~report() {
        call.took = Clock::now() - start;
        observer.on(call);
      }
    } r{observer, {side, what, event::result::failed, {}}};
    if constexpr (std::is_void_v<decltype(call())>) {
      std::forward<Call>(call)();
      r.call.result = event::result::ok;
    } else {
      decltype(auto) result = std::forward<Call>(call)();
      r.call.result = event::result::ok;
      return result;
    }
  }
}

/// One operation on one key, as a consistency policy sees it: the plan, the two stores behind the failure policy and the
/// observer, and the hooks of the other policies. `Input` is what the caller writes; null erases.
template <class Proxy> class operation {
public:
  using key_type = typename Proxy::key_type;
  using value_type = typename Proxy::value_type;
  using input_type = typename Proxy::input_type;
  using old_store = typename Proxy::old_store;

  operation(Proxy& proxy, key_type const& key, lifecycle::plan const& plan, event::operation what,
            input_type const* input = nullptr, std::exception_ptr* behind = nullptr)
      : proxy_(proxy), key_(key), plan_(plan), what_(what), input_(input), behind_(behind) {}

  key_type const& key() const noexcept { return key_; }
  lifecycle::plan const& plan() const noexcept { return plan_; }
  std::uint64_t bucket() const { return proxy_.bucket(key_); }
  static constexpr bool carries_value() { return Proxy::cache_type::carries_value; }

  /// Every write of Old by this operation marks the key in the same atomic step; the key's writes take turns.
  void mark_in_old() { marks_ = true; }
  /// The two stores agree on the key, and nobody else is writing it.
  void agreed() {
    if constexpr (journaling_store<typename Proxy::old_store>)
      if (marks_) proxy_.old_.clear_mark(key_);
  }

  /// What the caller writes; null for an erase.
  input_type const* input() const noexcept { return input_; }
  /// The value New has to hold once the write is done; nothing for an erase.
  std::optional<value_type> held() const {
    return input_ ? std::optional<value_type>(held_by(proxy_.old_, *input_)) : std::nullopt;
  }

  /// A call of Old; what it throws reaches the caller.
  template <class F> decltype(auto) on_old(F&& f) {
    return timed<typename Proxy::clock_type>(proxy_.observer_, event::side::old_store, what_,
                                             [&]() -> decltype(auto) { return f(proxy_.old_); });
  }

  /// A call that changes Old.
  template <class F> auto change_old(F&& f) {
    if constexpr (std::is_void_v<decltype(f(proxy_.old_))>) {
      on_old(f);
      old_changed_ = true;
    } else {
      auto result = on_old(f);
      old_changed_ = true;
      return result;
    }
  }

  std::optional<value_type> old_get() {
    return on_old([&](auto& from) { return from.get(key_); });
  }

  void old_apply() {
    change_old([&](auto& to) { put_in_old(to, input_); });
  }

  void old_replace(std::optional<value_type> const& value) {
    change_old([&](auto& to) { put_in_old(to, value ? &*value : nullptr); });
  }

  /// Read-modify-write of Old: in one atomic step of the store, or under the lock of the consistency policy.
  template <class F> std::optional<value_type> old_update(F& f) {
    auto const change = [&](std::optional<value_type> const& base) -> std::optional<value_type> {
      callers_fault_ = true;
      std::optional<value_type> next = f(base);
      callers_fault_ = false;
      return next;
    };
    return change_old([&](auto& o) -> std::optional<value_type> {
      if constexpr (updatable_store<typename Proxy::old_store>)
        if (!marks_) return o.update(key_, change);
      auto next = change(o.get(key_));
      put_in_old(o, next ? &*next : nullptr);
      return next;
    });
  }

  /// A state known when the program is built: New alone, with nothing in between.
  void new_apply() {
    timed_new([&](auto& new_store) {
      if (input_)
        new_store.put(key_, held_by(proxy_.old_, *input_));
      else
        new_store.erase(key_);
    });
  }
  template <class F> std::optional<value_type> new_update(F& f) {
    return timed_new([&](auto& new_store) { return new_store.update(key_, f); });
  }

  /// The class of what Old just threw; to be called inside a handler.
  error_class old_error() const {
    return callers_fault_ ? error_class::permanent : classify_current<typename Proxy::old_store>();
  }

  /// A call of New, as the failure policy lets it end: a captureless `step(New&, key, args...)` that may be made again, and may
  /// end after this operation. A failure that the failure policy lets through once Old has the write is one of half of it.
  template <class Step, class... Args> auto on_new(Step step, Args const&... args) {
    try {
      return proxy_.failure_.on_new(repeatable_call<operation, Step, Args...>(*this, step, args...));
    } catch (std::exception const&) {
      if (old_changed_) half_applied(std::current_exception());
      throw;
    }
  }

  /// A call `step(New&, key)` that is made once at most, before this returns.
  template <class Step> auto on_new_once(Step&& step) {
    return proxy_.failure_.on_new(single_call<operation, std::remove_reference_t<Step>>(*this, step));
  }

  /// New answered.
  std::optional<value_type> answer(std::optional<value_type> value) {
    answered_by(event::side::new_store);
    return value;
  }

  /// New lends the value to `f` if it has one. What `f` throws reaches the caller, whatever the failure policy.
  template <class F> bool lend(F& f) {
    bool called = false;
    auto const guarded = [&](auto const& value) {
      callers_fault_ = called = true;
      f(value);
      callers_fault_ = false;
    };
    auto lent = on_new_once([&](auto& n, key_type const& key) { return n.visit(key, guarded); });
    if (callers_fault_) lent.rethrow();
    if (called) answered_by(event::side::new_store);
    return called;
  }

  /// Old answers.
  std::optional<value_type> answer_from_old() { return answer_as_old(old_get()); }
  /// Old has answered.
  std::optional<value_type> answer_as_old(std::optional<value_type> value) {
    answered_by(event::side::old_store);
    return value;
  }

  /// New could not answer; Old does, since it is written as long as this route is taken. Not where New is the authority: Old
  /// may lag behind a process that has left Old already.
  std::optional<value_type> fall_back(std::exception_ptr const& why) {
    if (plan_.write == lifecycle::writes::mirrored) std::rethrow_exception(why);
    if constexpr (hears<decltype(proxy_.observer_), event::fell_back>) tell(proxy_.observer_, event::fell_back{new_error(why)});
    return answer_from_old();
  }

  /// A read missed in New and was answered by Old: the cache policy has `now()` fill New, or `later(op, args...)`, or neither.
  /// Both return an attempt of whether New took the value.
  template <class Now, class Later, class... Args> void on_miss(Now&& now, Later later, Args const&... args) {
    what_ = event::operation::fill;
    auto const told = [&] { tell_filled(now()); };
    auto const told_later = [](operation& op, Later const& fill, auto const&... given) { op.tell_filled(fill(op, given...)); };
    proxy_.cache_.on_miss(deferred(told, told_later, later, args...));
  }

  /// A write reached Old and has its end in New: `now()`, or where the row lets a write succeed without New `later(op, args...)`.
  template <class Now, class Later, class... Args> reached on_write(Now&& now, Later later, Args const&... args) {
    if (plan_.new_required) return now();
    return proxy_.cache_.on_write(deferred(now, later, args...));
  }

  /// A part of this operation, `now()`, that may as well be done later, as a captureless `later(op, args...)`.
  template <class Now, class Later, class... Args> auto part(Now& now, Later later, Args const&... args) {
    what_ = event::operation::shadow;
    return deferred(now, later, args...);
  }

  /// Tells the observer.
  template <class Event> void report(Event const& e) { tell(proxy_.observer_, e); }

  /// A number of this process that no other has.
  std::uint64_t process() const { return proxy_.lifecycle_.migration().process(); }
  intent_id next_intent() { return proxy_.lifecycle_.migration().next_intent(); }

  /// Lets others go on, before the same is tried again.
  void pause() { proxy_.pause(); }

  /// Leaves the operation, undone, for one that begins in the next row.
  [[noreturn]] void wait_for_next_row() const { throw between_rows{}; }

  /// Throws `lease_lost` if this process may no longer touch Old.
  void confirm_lease() const { proxy_.confirm_lease(); }

  /// New does not know that the key is about to change. Where the row requires New the write fails, unchanged; else New is shut
  /// out.
  [[noreturn]] void cannot_invalidate(std::exception_ptr const& why) const {
    if (plan_.new_required) std::rethrow_exception(why);
    throw shut_out{why};
  }

  /// Old took the write and New could not be brought to follow: New is shut out before the caller hears of success, and the
  /// key written down. The consistency policy has to have a `catch_up(op)`, for when New must not be shut out any more.
  void fell_behind(std::exception_ptr const& why) {
    if (plan_.new_required) half_applied(why);
    *behind_ = why;
  }

  /// One store took the write and the other did not, in a row that needs both.
  [[noreturn]] void half_applied(std::exception_ptr const& why) const {
    std::string cause = "unknown cause";
    try {
      std::rethrow_exception(why);
    } catch (std::exception const& e) {
      cause = e.what();
    } catch (...) {
    }
    throw store_error(error_class::unknown_outcome,
                      "the write reached one store and failed in the other (" + cause +
                          "); reads agree on the authority's value until the key is healed. Read the key before writing it again",
                      113);
  }

private:
  template <class, class, class...> friend class repeatable_call;
  template <class, class> friend class single_call;
  template <class, class, class, class...> friend class deferrable;
  friend Proxy;
  static constexpr reached queued = reached::queued;

  template <class OldStore, class Value> void put_in_old(OldStore& to, Value const* value) {
    if constexpr (journaling_store<OldStore>)
      if (marks_) return value ? to.put_marked(key_, *value) : to.erase_marked(key_);
    if (value)
      to.put(key_, *value);
    else
      to.erase(key_);
  }

  template <class Now, class Later, class... Args> auto deferred(Now& now, Later later, Args const&... args) {
    return deferrable<operation, Now, Later, Args...>(*this, now, later, args...);
  }
  template <class Later, class... Args> task later(Later step, Args const&... args) const {
    return [&proxy = proxy_, key = key_, what = what_, step, ... given = args] { proxy.resume(key, what, step, given...); };
  }
  void answered_by(event::side side) {
    tell(proxy_.observer_, event::answered{side, what_});
    if constexpr (requires { proxy_.gate_.answered(side); })
      if (plan_.read == lifecycle::reads::new_first) proxy_.gate_.answered(side);
  }
  void shed() { tell(proxy_.observer_, event::shed{}); }
  void tell_filled(attempt<bool> applied) { tell(proxy_.observer_, event::filled{applied && *applied}); }

  template <class Step, class... Args> auto call_new(Step& step, Args const&... args) {
    return timed_new([&](auto& new_store) { return step(new_store, key_, args...); });
  }
  template <class Step, class... Args> auto detached(Step step, Args const&... args) const {
    return [&proxy = proxy_, key = key_, epoch = proxy_.epoch(), what = what_, step, ... given = args] {
      return proxy.detached(key, epoch, what, step, given...);
    };
  }
  error_class new_error(std::exception_ptr const& why) const {
    try {
      std::rethrow_exception(why);
    } catch (...) {
      return new_error();
    }
  }
  error_class new_error() const {
    return callers_fault_ ? error_class::permanent : classify_current<typename Proxy::new_store>();
  }

  template <class F> decltype(auto) timed_new(F&& f) {
    return timed<typename Proxy::clock_type>(proxy_.observer_, event::side::new_store, what_,
                                             [&]() -> decltype(auto) { return f(proxy_.new_); });
  }

  Proxy& proxy_;
  key_type const& key_;
  lifecycle::plan const plan_;
  event::operation what_;
  input_type const* const input_;
  bool callers_fault_ = false;
  bool marks_ = false;
  bool old_changed_ = false;
  std::exception_ptr* const behind_; ///< where a write notes why New does not follow
};

} // namespace zddm::detail
