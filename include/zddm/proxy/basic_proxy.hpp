// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <zddm/core/error.hpp>
#include <zddm/core/hash.hpp>
#include <zddm/core/outcome.hpp>
#include <zddm/core/store.hpp>
#include <zddm/core/text.hpp>
#include <zddm/lifecycle/settings.hpp>
#include <zddm/policy/axis.hpp>
#include <zddm/policy/event.hpp>
#include <zddm/policy/part.hpp>
#include <zddm/proxy/coherence.hpp>
#include <zddm/proxy/operation.hpp>
#include <zddm/proxy/read_path.hpp>
#include <zddm/proxy/shape.hpp>
#include <zddm/proxy/write_path.hpp>

namespace zddm {

/// The engine: two stores and one policy an axis, all known when the program is built. It is used through the alias
/// `proxy<Old, New, Policies...>`. The stores are borrowed and outlive it; every member may be called from several threads.
///
/// The caller sees New's keys and values whatever the state; what Old throws reaches it unchanged.
template <class Old, class New, class Cache, class Gate, class Failure, class Consistency, class Lifecycle, class Observer>
class basic_proxy {
public:
  using old_store = Old;
  using new_store = New;
  using key_type = key_of<New>;
  using value_type = value_of<New>;
  using input_type = input_of<Old>;
  using clock_type = detail::clock_of<Lifecycle>;
  using model_type = model<key_type, value_type, clock_type>;

  using cache_type = typename Cache::template bind<model_type>;
  using gate_type = typename Gate::template bind<model_type>;
  using failure_type = typename Failure::template bind<model_type>;
  using consistency_type = typename Consistency::template bind<model_type>;
  using lifecycle_type = typename Lifecycle::template bind<model_type>;
  using observer_type = typename Observer::template bind<model_type>;

  using shape = detail::shape<Old, New, consistency_type, Lifecycle>;

  /// The state is known when the program is built.
  static constexpr bool is_fixed = shape::is_fixed;
  /// The highest rate the gate can admit without being raised; what `prepare` announces.
  static constexpr threshold reach = detail::reach_of<Gate>;

  /// `bound` are the running parts that a policy needs, in any order: a `lifecycle::handle`, an observer's sink.
  template <class... Bound>
  explicit basic_proxy(Old& from, New& to, Bound&... bound)
      : old_(from), new_(to), cache_(bound...), gate_(bound...), failure_(bound...), consistency_(bound...), lifecycle_(bound...),
        observer_(bound...) {}

  ~basic_proxy()
    requires(!(puts_work_off<cache_type> || puts_work_off<failure_type> || puts_work_off<consistency_type>))
  = default;
  /// Returns once everything is done that a policy had put off.
  ~basic_proxy() {
    if constexpr (puts_work_off<cache_type>) cache_.finish();
    if constexpr (puts_work_off<consistency_type>) consistency_.finish();
    if constexpr (puts_work_off<failure_type>) failure_.finish();
  }

  /// A copy of the value; nothing if the key is absent.
  std::optional<value_type> read(key_type const& key) { return detail::read_path(*this).get(key); }

  /// Calls `f` once with the value if the key is present, borrowed from the store where it can lend; says whether it was.
  /// Which type `f` is given depends on the store: the value's, or what the store lends in its place.
  template <class F> bool visit(key_type const& key, F&& f) { return detail::read_path(*this).visit(key, std::forward<F>(f)); }

  /// Inserts or replaces. Returning means that the authority has it and that no process will be given an earlier value.
  write_outcome write(key_type const& key, input_type const& input) {
    return detail::write_path(*this, key, event::operation::write).apply(&input);
  }

  /// Erases a key that may be absent.
  write_outcome erase(key_type const& key) { return detail::write_path(*this, key, event::operation::erase).apply(nullptr); }

  /// Read-modify-write, computed once against the authority: `f` is given the value (or nothing) and returns what shall
  /// be there (nothing: absent). It may be called again before the operation ends. Returns what is there afterwards.
  template <class F>
    requires std::same_as<input_type, value_type>
  std::optional<value_type> update(key_type const& key, F&& f) {
    if constexpr (!shape::in_turn && shape::every_write)
      static_assert(detail::diagnose_conditional_update<shape::by_policy>());
    else
      static_assert(detail::diagnose_update<std::conditional_t<shape::new_alone, New, Old>, shape::by_policy>());
    return detail::write_path(*this, key, event::operation::update).update(f);
  }

  /// The values of the keys, in the order asked; batches where the stores take them.
  std::vector<std::optional<value_type>> read_many(std::span<key_type const> keys) {
    return detail::read_path(*this).get_many(keys);
  }

  /// Writes one entry after the other; each is acknowledged on its own. Stops at the first that throws.
  std::vector<write_outcome> write_many(std::span<entry<key_type, input_type> const> entries) {
    std::vector<write_outcome> outcomes;
    outcomes.reserve(entries.size());
    for (auto const& e : entries) outcomes.push_back(write(e.key, e.value));
    return outcomes;
  }

  /// Copies one key from Old to New if New lacks it, in turn with the writes of this process; says whether it did. For
  /// stores whose consistency is kept inside one process; others are filled by `backfill` from anywhere.
  bool fill(key_type const& key)
    requires(!is_fixed) && requires(consistency_type& c, detail::operation<basic_proxy>& op) { c.fill(op); }
  {
    return run([&](auto const& now) {
      operation_type op(*this, key, plan_of(now, key), event::operation::fill);
      return consistency_.fill(op);
    });
  }

  /// Puts right in New every key whose value there is in doubt, because a write failed in New or may still reach Old; says how
  /// many there were. Call it once no timed-out write is on its way to Old any more, and with success before `completed`, the
  /// first row that trusts New alone. For stores whose consistency is kept inside one process.
  std::size_t heal()
    requires(!is_fixed) && requires(consistency_type& c) { c.heal([](key_type const&) {}); }
  {
    auto healed = consistency_.heal([&](key_type const& key) { fill(key); });
    if constexpr (requires { consistency_type::journals; }) healed += heal_marked();
    return healed;
  }

  /// Shows `compare_values(in_old, in_new)` what both stores hold of a key, in turn with the writes of this process; returns what
  /// it returns, or `in_flight` where New is not to be asked: the key is in doubt, or New fails. For stores whose consistency is
  /// kept inside one process, as is `agree`.
  template <class F>
    requires(!is_fixed) && requires(consistency_type& c, detail::operation<basic_proxy>& op) { c.restore(op); }
  event::comparison compare(key_type const& key, F&& compare_values) {
    return run([&](auto const& now) {
      operation_type op(*this, key, plan_of(now, key), event::operation::shadow);
      return consistency_.compare(op, compare_values);
    });
  }

  /// Makes New agree with Old on a key, or Old with New, in turn with the writes of this process; says whether it could. Old
  /// cannot be made to agree on a key that New does not have: reads of it go to Old.
  bool agree(key_type const& key, event::side right)
    requires(!is_fixed) && requires(consistency_type& c, detail::operation<basic_proxy>& op) { c.restore(op); }
  {
    return run([&](auto const& now) {
      operation_type op(*this, key, plan_of(now, key), event::operation::fill);
      return right == event::side::old_store ? consistency_.refresh(op) : consistency_.restore(op);
    });
  }

  /// Ends a quarantine once New is back: New is given every key that was written meanwhile, and then reads return to it; says
  /// how many keys there were. Throws a transient error if New fails one of them; call it again. For a migration of a single
  /// process; `zd repair` does the same for a fleet.
  std::size_t rejoin()
    requires(!is_fixed && !lifecycle_type::many_processes)
  {
    return lifecycle_.migration().let_in([&](std::string const& journaled) {
      auto const key = text::decode<key_type>(journaled);
      run([&](auto const& now) {
        operation_type op(*this, key, plan_of(now, key), event::operation::fill);
        if (!consistency_.refresh(op))
          throw store_error(error_class::transient,
                            "New did not take a key that was written while it was shut out; it stays shut "
                            "out, and nothing is lost. Call rejoin() again once New is back");
      });
    });
  }

  /// Whether the gate admits the key at the rate now in force.
  bool admits(key_type const& key)
    requires(!is_fixed)
  {
    return gate_.admits(question{*this, key, lifecycle_.migration().current()});
  }

  /// What a read and a write of the key would do now.
  lifecycle::plan plan(key_type const& key) {
    return run([&](auto const& now) { return plan_of(now, key); });
  }

private:
  /// What a process that died had marked in Old and not put into New.
  std::size_t heal_marked() {
    std::size_t healed = 0;
    std::optional<key_type> after;
    for (std::vector<key_type> page;; page.clear()) {
      old_.marks(after, 1000, [&](key_type const& key) { page.push_back(key); });
      if (page.empty()) return healed;
      after = page.back();
      for (auto const& key : page)
        run([&](auto const&) {
          operation_type op(*this, key, {}, event::operation::fill);
          op.mark_in_old();
          healed += consistency_.refresh(op);
        });
    }
  }

  friend detail::read_path<basic_proxy>;
  friend detail::write_path<basic_proxy>;
  friend detail::operation<basic_proxy>;
  using operation_type = detail::operation<basic_proxy>;

  /// What a gate may ask about a key.
  struct question {
    basic_proxy const& proxy;
    key_type const& key;
    lifecycle::settings const& now;

    std::uint64_t bucket() const { return proxy.bucket(key); }
    threshold rate() const { return now.rate; }
  };

  std::uint64_t bucket(key_type const& key) const {
    if constexpr (is_fixed)
      return hash(key, 0);
    else
      return hash(key, lifecycle_.migration().seed());
  }

  /// Runs the body under the settings in force, which no barrier passes until it is done.
  template <class Body> auto run(Body&& body) {
    if constexpr (is_fixed)
      return std::forward<Body>(body)(fixed_row{});
    else {
      auto const inside = [&] {
        auto const operation = lifecycle_.enter();
        if constexpr (std::is_void_v<decltype(body(operation.now()))>) {
          std::forward<Body>(body)(operation.now());
          confirm_lease();
        } else {
          auto result = std::forward<Body>(body)(operation.now());
          confirm_lease();
          return result;
        }
      };
      [[maybe_unused]] after_operation const then{*this};
      return inside();
    }
  }

  /// Outside of any operation: what the failure policy asks for once one is over.
  struct after_operation {
    basic_proxy& proxy;
    ~after_operation()
      requires trips<failure_type>
    {
      proxy.shut_out_if_tripped();
    }
    ~after_operation()
      requires(!trips<failure_type>)
    = default;
  };

  /// New is asked into quarantine where the failure policy has had enough of it. To be called outside of operations.
  void shut_out_if_tripped() noexcept {
    if constexpr (trips<failure_type>)
      if (failure_.tripped()) try {
          lifecycle_.migration().ask_quarantine("the circuit breaker of a process opened");
          detail::tell(observer_, event::quarantined{});
        } catch (...) { // asked again when it opens again
        }
  }

  /// The failure policy may leave a call of New behind that has not ended.
  static constexpr bool detaches = detaches_calls<Failure>;

  struct fixed_row {};

  static constexpr lifecycle::plan plan_of(fixed_row, key_type const&) {
    constexpr auto const& r = lifecycle::route_of(Lifecycle::at);
    return {r.read, r.write, r.new_required};
  }
  [[gnu::always_inline]] lifecycle::plan plan_of(lifecycle::settings const& now, key_type const& key) const {
    constexpr auto const& routes = life_of<Lifecycle>::type::routes;
    return lifecycle::plan_for(
        routes[static_cast<std::size_t>(now.at)], now, [&] { return bucket(key); },
        [&] { return gate_.admits(question{*this, key, now}); });
  }

  /// An operation that was put off. It ends without a word where its row does not write both stores any more, and where a
  /// store failed it: the observer was told of that, and the key is one that asks Old.
  template <class Step, class... Args>
  void resume(key_type const& key, event::operation what, Step& step, Args const&... args) noexcept try {
    [[maybe_unused]] after_operation const then{*this};
    auto const operation = lifecycle_.enter();
    if (!lifecycle_.may_act()) return;
    operation_type op(*this, key, plan_of(operation.now(), key), what);
    if (auto const to = op.plan().write;
        to != lifecycle::writes::old_only && to != lifecycle::writes::new_only && to != lifecycle::writes::refused)
      step(op, args...);
  } catch (...) {
  }

  std::uint64_t epoch() const { return lifecycle_.migration().current().epoch; }

  /// A call of New that does not end with the operation it is part of.
  template <class Step, class... Args>
  auto detached(key_type const& key, std::uint64_t epoch, event::operation what, Step& step, Args const&... args) {
    auto const operation = lifecycle_.enter();
    if (operation.now().epoch != epoch || !lifecycle_.may_act())
      throw store_error(error_class::transient, "the call of New did not begin in time; nothing was done by it");
    operation_type op(*this, key, {}, what);
    return op.call_new(step, args...);
  }

  void pause() {
    if constexpr (requires { lifecycle_.pause(); })
      lifecycle_.pause();
    else
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  void confirm_lease() const {
    if constexpr (!is_fixed)
      if (!lifecycle_.may_act())
        throw lease_lost(
            "this process has no lease on the migration: its member did not reach the state store to renew it, or it has no "
            "member; nothing was done by this call. It serves again once its lifecycle::member has a lease");
  }

  [[noreturn]] void refuse() const {
    std::string name = "the migration";
    if constexpr (!is_fixed) name = lifecycle_.migration().name();
    throw refused(name +
                  " is destroyed: Old is gone and the proxy serves no more; nothing was done. Call New directly and strip the "
                  "migration from the code");
  }

  Old& old_;
  New& new_;
  [[no_unique_address]] part<cache_type> cache_;
  [[no_unique_address]] part<gate_type> gate_;
  [[no_unique_address]] part<failure_type> failure_;
  [[no_unique_address]] part<consistency_type> consistency_;
  [[no_unique_address]] part<lifecycle_type> lifecycle_;
  [[no_unique_address]] part<observer_type> observer_;
};

} // namespace zddm
