// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include <zddm/core/error.hpp>
#include <zddm/core/intent.hpp>
#include <zddm/core/store.hpp>
#include <zddm/testing/explorer/explorer.hpp>

namespace zddm::testing::explorer {

/// Tells answers of a store apart, so that schedules that lead to the same point are recognised. The names of processes
/// do not count.
template <class T> std::uint64_t fingerprint(T const& answer) {
  if constexpr (requires { std::hash<T>{}(answer); })
    return std::hash<T>{}(answer) + 1;
  else
    return 1;
}
inline std::uint64_t fingerprint(intent const& t) { return t.generation * 2 + (t.alone ? 1 : 0); }
template <class V> std::uint64_t fingerprint(std::optional<V> const& v) { return v ? fingerprint(*v) * 3 + 1 : 7; }
template <class V> std::uint64_t fingerprint(sighting<V> const& s) {
  return ((fingerprint(s.value) * 31 + static_cast<std::uint64_t>(s.known)) * 31 + s.seen) * 2 + (s.pending ? 1 : 0);
}
template <class A, class B> std::uint64_t fingerprint(std::pair<A, B> const& p) {
  return fingerprint(p.first) * 31 + fingerprint(p.second);
}
inline std::uint64_t fingerprint(version const& v) { return v.counter * 31 + v.process; }
template <class V> std::uint64_t fingerprint(versioned<V> const& v) { return fingerprint(v.value) * 31 + fingerprint(v.version); }

/// A store in which every call is a step that the explorer may put anywhere, and may let fail. It has what the inner store
/// has. `object` tells the stores of one world apart.
template <class Store> class stepping {
public:
  using key_type = key_of<Store>;
  using value_type = value_of<Store>;

  stepping(Store& inner, std::size_t object) : inner_(inner), object_(object) {}

  std::optional<value_type> get(key_type const& k) {
    return read("get", [&] { return inner_.get(k); });
  }
  void put(key_type const& k, value_type const& v) {
    change("put", k, [this, k, v] { return inner_.put(k, v), true; });
  }
  void erase(key_type const& k) {
    change("erase", k, [this, k] { return inner_.erase(k), true; });
  }
  bool insert(key_type const& k, value_type const& v)
    requires insertable_store<Store>
  {
    return change("insert", k, [this, k, v] { return inner_.insert(k, v); });
  }
  template <class F>
  std::optional<value_type> update(key_type const& k, F&& f)
    requires updatable_store<Store>
  {
    return change_at_once("update", k, [this, k, &f] { return inner_.update(k, f); });
  }

  auto get_versioned(key_type const& k)
    requires versioned_store<Store>
  {
    return read("get_versioned", [&] { return inner_.get_versioned(k); });
  }
  version put_next(key_type const& k, value_type const& v, std::uint64_t process)
    requires versioned_store<Store>
  {
    return change("put_next", k, [this, k, v, process] { return inner_.put_next(k, v, process); });
  }
  version erase_next(key_type const& k, std::uint64_t process)
    requires versioned_store<Store>
  {
    return change("erase_next", k, [this, k, process] { return inner_.erase_next(k, process); });
  }
  bool put_if_newer(key_type const& k, value_type const& v, version n)
    requires versioned_store<Store>
  {
    return change("put_if_newer", k, [this, k, v, n] { return inner_.put_if_newer(k, v, n); });
  }
  bool erase_if_newer(key_type const& k, version n)
    requires versioned_store<Store>
  {
    return change("erase_if_newer", k, [this, k, n] { return inner_.erase_if_newer(k, n); });
  }
  bool put_if_version(key_type const& k, std::optional<value_type> const& v, version expected, version next)
    requires conditional_store<Store>
  {
    return change("put_if_version", k, [this, k, v, expected, next] { return inner_.put_if_version(k, v, expected, next); });
  }

  void put_marked(key_type const& k, value_type const& v)
    requires journaling_store<Store>
  {
    change("put_marked", k, [this, k, v] { return inner_.put_marked(k, v), true; });
  }
  void erase_marked(key_type const& k)
    requires journaling_store<Store>
  {
    change("erase_marked", k, [this, k] { return inner_.erase_marked(k), true; });
  }
  template <class Sink>
  std::size_t marks(std::optional<key_type> const& after, std::size_t limit, Sink&& sink)
    requires journaling_store<Store>
  {
    return read("marks", [&] { return inner_.marks(after, limit, sink); });
  }
  void clear_mark(key_type const& k)
    requires journaling_store<Store>
  {
    change("clear_mark", k, [this, k] { return inner_.clear_mark(k), true; });
  }

  auto look(key_type const& k)
    requires intent_store<Store>
  {
    return read("look", [&] { return inner_.look(k); });
  }
  auto begin(key_type const& k, intent_id id)
    requires intent_store<Store>
  {
    return change("begin", k, [this, k, id] { return inner_.begin(k, id); });
  }
  bool end(key_type const& k, intent const& t, std::optional<value_type> const& v)
    requires intent_store<Store>
  {
    return change("end", k, [this, k, t, v] { return inner_.end(k, t, v); });
  }
  void release(key_type const& k, intent const& t)
    requires intent_store<Store>
  {
    change("release", k, [this, k, t] { return inner_.release(k, t), true; });
  }
  template <class F>
  auto mark(key_type const& k, F&& f, intent_id id)
    requires intent_store<Store>
  {
    return change_at_once("mark", k, [this, k, &f, id] { return inner_.mark(k, f, id); });
  }
  void assign(key_type const& k, std::optional<value_type> const& v)
    requires intent_store<Store>
  {
    change("assign", k, [this, k, v] { return inner_.assign(k, v), true; });
  }
  bool fill(key_type const& k, std::optional<value_type> const& v, std::uint64_t seen)
    requires intent_store<Store>
  {
    return change("fill", k, [this, k, v, seen] { return inner_.fill(k, v, seen); });
  }
  std::size_t fill_many(std::span<entry<key_type, value_type> const> entries, std::uint64_t seen)
    requires intent_store<Store>
  {
    return change_at_once("fill_many", key_type{}, [&] { return inner_.fill_many(entries, seen); });
  }
  std::uint64_t fence(key_type const& k)
    requires intent_store<Store>
  {
    return change("fence", k, [this, k] { return inner_.fence(k); });
  }
  void seal()
    requires intent_store<Store>
  {
    change("seal", key_type{}, [this] { return inner_.seal(), true; });
  }
  std::uint64_t sequence()
    requires intent_store<Store>
  {
    return read("sequence", [&] { return inner_.sequence(); });
  }
  template <class Sink>
  std::size_t records(std::optional<key_type> const& after, std::size_t limit, Sink&& sink)
    requires intent_store<Store>
  {
    return read("records", [&] { return inner_.records(after, limit, sink); });
  }
  void clear()
    requires intent_store<Store>
  {
    change("clear", key_type{}, [this] { return inner_.clear(), true; });
  }
  void create_records()
    requires intent_store<Store>
  {
    inner_.create_records();
  }
  void drop_records()
    requires intent_store<Store>
  {
    inner_.drop_records();
  }

  template <class Sink>
  std::size_t scan(key_range<key_type> const& range, std::size_t limit, Sink&& sink)
    requires scannable_store<Store>
  {
    return read("scan", [&] { return inner_.scan(range, limit, sink); });
  }
  auto split_points(std::size_t n)
    requires scannable_store<Store>
  {
    return inner_.split_points(n);
  }
  std::uint64_t size()
    requires scannable_store<Store>
  {
    return inner_.size();
  }

private:
  template <class Answer> static bool took_effect(Answer const& answer) {
    if constexpr (requires { static_cast<bool>(answer); })
      return static_cast<bool>(answer);
    else
      return true;
  }

  template <class Call> auto read(std::string_view what, Call&& call) {
    auto& e = explorer::current();
    e.step(what);
    switch (e.fails(object_, {fault::before, fault::cancelled})) {
    case fault::none: break;
    case fault::cancelled: throw cancelled{};
    default: throw store_error(error_class::transient, "a call fails in this schedule");
    }
    auto answer = call();
    e.learned(fingerprint(answer));
    return answer;
  }

  /// `call` owns what it needs, since its effect may come after its caller has gone on.
  template <class Call> auto change(std::string_view what, key_type const& k, Call const& call) {
    return change(what, k, call, {fault::before, fault::after, fault::late, fault::cancelled});
  }
  template <class Call> auto change_at_once(std::string_view what, key_type const& k, Call const& call) {
    return change(what, k, call, {fault::before, fault::after, fault::cancelled});
  }

  template <class Call>
  auto change(std::string_view what, key_type const& k, Call const& call, std::initializer_list<fault> ways) {
    auto& e = explorer::current();
    e.step(what);
    auto const effect = [this, what, k, call] {
      auto answer = call();
      if (took_effect(answer) || what == "end")
        explorer::current().changed(object_, std::hash<std::string_view>{}(what) + std::hash<key_type>{}(k) * 31);
      return answer;
    };
    switch (e.fails(object_, ways)) {
    case fault::none: break;
    case fault::before: throw store_error(error_class::transient, "a call fails in this schedule, before its effect");
    case fault::cancelled: throw cancelled{};
    case fault::late:
      e.spawn(explorer::nobody, [effect] { effect(); });
      throw store_error(error_class::unknown_outcome, "a call is not heard of any more in this schedule");
    case fault::after:
      effect();
      throw store_error(error_class::unknown_outcome, "a call fails in this schedule, after its effect");
    }
    auto answer = effect();
    e.learned(fingerprint(answer));
    return answer;
  }

  Store& inner_;
  std::size_t object_;
};

} // namespace zddm::testing::explorer
