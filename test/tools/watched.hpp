// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <zddm/core/intent.hpp>
#include <zddm/core/store.hpp>
#include <zddm/lifecycle/state_store.hpp>

namespace test {

using zddm::entry_of;
using zddm::intent;
using zddm::intent_id;
using zddm::key_of;
using zddm::key_range;
using zddm::value_of;

/// What the process of a test dies of; nothing that handles errors knows it.
struct death {};

/// Told before and after every call of a store, by name; what it throws, the call throws.
using witness = std::function<void(std::string_view call, bool after)>;

/// Dies at the n-th step and at every one that follows, in whatever thread; a call has two steps, before and after its effect.
class fuse {
public:
  explicit fuse(std::size_t steps) : left_(static_cast<std::ptrdiff_t>(steps)) {}
  void operator()(std::string_view, bool) {
    if (left_.fetch_sub(1) <= 0) throw death{};
  }
  bool burnt() const { return left_ <= 0; }

private:
  std::atomic<std::ptrdiff_t> left_;
};

/// A store as it is, every call of it told to a witness.
template <class Store> class watched {
public:
  using key_type = key_of<Store>;
  using value_type = value_of<Store>;
  using input_type = zddm::input_of<Store>;

  watched(Store& store, witness w) : store_(store), witness_(std::move(w)) {}

  auto get(key_type const& k) {
    return tell("get", [&] { return store_.get(k); });
  }
  void put(key_type const& k, input_type const& v) {
    tell("put", [&] { store_.put(k, v); });
  }
  void erase(key_type const& k) {
    tell("erase", [&] { store_.erase(k); });
  }
  template <class Sink> std::size_t scan(key_range<key_type> const& r, std::size_t limit, Sink&& sink) {
    return tell("scan", [&] { return store_.scan(r, limit, sink); });
  }
  auto split_points(std::size_t n) {
    return tell("split_points", [&] { return store_.split_points(n); });
  }
  auto size() {
    return tell("size", [&] { return store_.size(); });
  }

  using maybe = std::optional<value_type>;
  auto look(key_type const& k) {
    return tell("look", [&] { return store_.look(k); });
  }
  auto begin(key_type const& k, intent_id id) {
    return tell("begin", [&] { return store_.begin(k, id); });
  }
  auto end(key_type const& k, intent const& t, maybe const& v) {
    return tell("end", [&] { return store_.end(k, t, v); });
  }
  void release(key_type const& k, intent const& t) {
    tell("release", [&] { store_.release(k, t); });
  }
  template <class F> auto mark(key_type const& k, F&& f, intent_id id) {
    return tell("mark", [&] { return store_.mark(k, f, id); });
  }
  void assign(key_type const& k, maybe const& v) {
    tell("assign", [&] { store_.assign(k, v); });
  }
  bool fill(key_type const& k, maybe const& v, std::uint64_t seen) {
    return tell("fill", [&] { return store_.fill(k, v, seen); });
  }
  std::size_t fill_many(std::span<entry_of<Store> const> e, std::uint64_t seen) {
    return tell("fill_many", [&] { return store_.fill_many(e, seen); });
  }
  std::uint64_t fence(key_type const& k) {
    return tell("fence", [&] { return store_.fence(k); });
  }
  void seal() {
    tell("seal", [&] { store_.seal(); });
  }
  std::uint64_t sequence() {
    return tell("sequence", [&] { return store_.sequence(); });
  }
  template <class Sink> std::size_t records(std::optional<key_type> const& after, std::size_t limit, Sink&& sink) {
    return tell("records", [&] { return store_.records(after, limit, sink); });
  }
  void clear() {
    tell("clear", [&] { store_.clear(); });
  }
  void create_records() {
    tell("create_records", [&] { store_.create_records(); });
  }
  void drop_records() {
    tell("drop_records", [&] { store_.drop_records(); });
  }

private:
  template <class F> auto tell(std::string_view call, F&& f) {
    witness_(call, false);
    if constexpr (std::is_void_v<decltype(f())>) {
      f();
      witness_(call, true);
    } else {
      auto result = f();
      witness_(call, true);
      return result;
    }
  }

  Store& store_;
  witness witness_;
};

template <class State> class watched_state {
public:
  watched_state(State& state, witness w) : state_(state), witness_(std::move(w)) {}

  std::optional<zddm::lifecycle::stored> read(std::string_view path) {
    return tell("read", [&] { return state_.read(path); });
  }
  std::vector<zddm::lifecycle::stored> list(std::string_view path) {
    return tell("list", [&] { return state_.list(path); });
  }
  bool commit(std::span<zddm::lifecycle::change const> changes) {
    return tell("commit", [&] { return state_.commit(changes); });
  }
  auto now() { return state_.now(); }

private:
  template <class F> auto tell(std::string_view call, F&& f) {
    witness_(call, false);
    auto result = f();
    witness_(call, true);
    return result;
  }

  State& state_;
  witness witness_;
};

/// A write as the `intent` protocol has it while Old is the authority; no value: an erase.
template <class Old, class New>
void dual_write(Old& from, New& to, key_of<New> const& key, std::optional<value_of<New>> const& value, intent_id id) {
  auto const t = to.begin(key, id).value();
  if (value)
    from.put(key, *value);
  else
    from.erase(key);
  to.end(key, t, value);
}

/// The rows of a store, in order.
template <class Store> std::vector<entry_of<Store>> rows_of(Store& store) {
  std::vector<entry_of<Store>> rows;
  store.scan({}, static_cast<std::size_t>(-1), [&](auto const& k, auto const& v) { rows.push_back({k, v}); });
  return rows;
}

} // namespace test
