// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <zddm/core/store.hpp>
#include <zddm/lifecycle/settings.hpp>
#include <zddm/policy/event.hpp>
#include <zddm/policy/requirements.hpp>
#include <zddm/proxy/operation.hpp>

namespace zddm::detail {

/// How a proxy reads: which store answers, which may lend what it has, and which may be asked for many keys at once.
template <class Proxy> class read_path {
  using key_type = typename Proxy::key_type;
  using value_type = typename Proxy::value_type;
  using old_store = typename Proxy::old_store;
  using new_store = typename Proxy::new_store;
  using clock_type = typename Proxy::clock_type;
  using shape = typename Proxy::shape;

public:
  explicit read_path(Proxy& p) : p_(p) {}

  std::optional<value_type> get(key_type const& key) {
    if constexpr (shape::is_fixed)
      return ask_fixed([&](auto& store) { return store.get(key); });
    else
      return p_.run([&p = p_, &key](auto const& now) -> std::optional<value_type> {
        auto const plan = p.plan_of(now, key);
        operation<Proxy> op(p, key, plan, event::operation::read);
        switch (plan.read) {
        case lifecycle::reads::old_only: return op.answer_from_old();
        case lifecycle::reads::new_first:
          if constexpr (shadows_reads<typename Proxy::cache_type>)
            if (!plan.new_required) return shadow(p, op);
          return p.consistency_.read(op);
        case lifecycle::reads::new_only: return new_alone(p, op);
        case lifecycle::reads::refused: break;
        }
        p.refuse();
      });
  }

  template <class F> bool visit(key_type const& key, F&& f) {
    constexpr bool lends_old = lending_store<old_store>, lends_new = lending_store<new_store>;
    if constexpr (shape::is_fixed && (shape::new_alone ? lends_new : lends_old))
      return ask_fixed([&](auto& store) { return store.visit(key, f); });
    else if constexpr (!shape::is_fixed && (lends_old || lends_new)) {
      auto const by_store = p_.run([&](auto const& now) { return lend(p_.plan_of(now, key), key, f); });
      if (by_store != lent::no) return by_store == lent::yes;
    }
    auto const value = get(key);
    if (value) std::forward<F>(f)(*value);
    return value.has_value();
  }

  std::vector<std::optional<value_type>> get_many(std::span<key_type const> keys) {
    std::vector<std::optional<value_type>> values(keys.size());
    std::vector<std::size_t> one_by_one;
    if constexpr (batch_store<old_store> && batch_store<new_store>) {
      if (completed())
        one_by_one = batch(keys, values, event::side::new_store, p_.new_, lifecycle::reads::new_only);
      else
        one_by_one = batch(keys, values, event::side::old_store, p_.old_, lifecycle::reads::old_only);
    } else
      for (std::size_t i = 0; i < keys.size(); ++i) one_by_one.push_back(i);
    for (auto const i : one_by_one) values[i] = get(keys[i]);
    return values;
  }

private:
  enum class lent { no, yes, absent };

  template <class F> lent lend(lifecycle::plan const& plan, key_type const& key, F& f) {
    auto const from = [&](event::side side, auto& lender) {
      bool const present = timed<clock_type>(p_.observer_, side, event::operation::read, [&] { return lender.visit(key, f); });
      answered(side);
      return present ? lent::yes : lent::absent;
    };
    if constexpr (lending_store<old_store>)
      if (plan.read == lifecycle::reads::old_only) return from(event::side::old_store, p_.old_);
    if constexpr (lending_store<new_store>) {
      if (plan.read == lifecycle::reads::new_only) return from(event::side::new_store, p_.new_);
      if constexpr (Proxy::consistency_type::many_processes && !shadows_reads<typename Proxy::cache_type> && !Proxy::detaches)
        if (plan.read == lifecycle::reads::new_first) {
          // A value in New may be trusted as it is; all else is for `get`.
          operation<Proxy> op(p_, key, plan, event::operation::read);
          if (op.lend(f)) return lent::yes;
        }
    }
    return lent::no;
  }

  /// Asks the store for those keys at once that are read there and nowhere else; returns which are left.
  template <class Store>
  std::vector<std::size_t> batch(std::span<key_type const> keys, std::vector<std::optional<value_type>>& values, event::side side,
                                 Store& store, lifecycle::reads wanted) {
    std::vector<key_type> asked;
    std::vector<std::size_t> at, left;
    p_.run([&](auto const& now) {
      for (std::size_t i = 0; i < keys.size(); ++i)
        if (p_.plan_of(now, keys[i]).read == wanted) {
          asked.push_back(keys[i]);
          at.push_back(i);
        } else
          left.push_back(i);
      if (asked.empty()) return;
      auto got = timed<clock_type>(p_.observer_, side, event::operation::read,
                                   [&] { return store.get_many(std::span<key_type const>(asked)); });
      for (std::size_t i = 0; i < at.size(); ++i) {
        values[at[i]] = std::move(got[i]);
        answered(side);
      }
    });
    return left;
  }

  bool completed() const {
    if constexpr (shape::is_fixed)
      return shape::new_alone;
    else
      return p_.lifecycle_.migration().current().at == lifecycle::row::completed;
  }

  /// The state is known when the program is built: the call of the store, and nothing else.
  template <class Call> auto ask_fixed(Call&& call) {
    if constexpr (shape::refuses) p_.refuse();
    constexpr auto side = shape::new_alone ? event::side::new_store : event::side::old_store;
    auto const ask = [&](auto& store) {
      using observer = typename Proxy::observer_type;
      if constexpr (!hears<observer, event::call> && !hears<observer, event::answered>)
        return call(store);
      else {
        auto answer = timed<clock_type>(p_.observer_, side, event::operation::read, [&] { return call(store); });
        answered(side);
        return answer;
      }
    };
    if constexpr (shape::new_alone)
      return ask(p_.new_);
    else
      return ask(p_.old_);
  }

  static std::optional<value_type> new_alone(Proxy& p, operation<Proxy>& op) {
    p.lifecycle_.migration().warn_completed();
    auto got = op.on_new([](auto& n, key_type const& wanted) { return n.get(wanted); });
    if (!got) got.rethrow();
    return op.answer(std::move(*got));
  }

  /// Old answers, and New is asked as a read would ask it, but for nobody.
  static std::optional<value_type> shadow(Proxy& p, operation<Proxy>& op) {
    auto value = op.answer_from_old();
    auto* const consistency = &static_cast<typename Proxy::consistency_type&>(p.consistency_);
    auto const now = [&] { consistency->read(op); };
    auto const later = [](operation<Proxy>& asked, typename Proxy::consistency_type* c) { c->read(asked); };
    p.cache_.on_read(op.part(now, later, consistency));
    return value;
  }

  void answered(event::side side) { tell(p_.observer_, event::answered{side, event::operation::read}); }

  Proxy& p_;
};

} // namespace zddm::detail
