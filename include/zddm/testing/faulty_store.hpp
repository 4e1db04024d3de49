// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <zddm/core/error.hpp>
#include <zddm/core/store.hpp>

namespace zddm::testing {

/// How one call of a store fails: with a `store_error` of that class, before the call has its effect or after it. A transient
/// or permanent error after the effect is a lie, as a store behind a network may tell it.
struct fault {
  error_class kind = error_class::transient;
  enum class moment : std::uint8_t { before_effect, after_effect } at = moment::before_effect;
};

/// Decides for each call, given the name of the member; nothing lets it pass. It runs under a lock.
using fault_script = std::function<std::optional<fault>(std::string_view member)>;

/// The nth call fails, once; 1 is the next. Without a member every call counts.
inline fault_script fail_nth(std::uint64_t n, fault f = {}, std::string member = {}) {
  return [n, f, member = std::move(member)](std::string_view called) mutable -> std::optional<fault> {
    if ((!member.empty() && called != member) || n == 0 || --n != 0) return std::nullopt;
    return f;
  };
}

/// Every call fails. Without a member every member does.
inline fault_script fail_always(fault f = {}, std::string member = {}) {
  return [f, member = std::move(member)](std::string_view called) {
    return member.empty() || called == member ? std::optional(f) : std::nullopt;
  };
}

/// A store that fails as it is told, and is otherwise the store it wraps, with the same capabilities. The store is borrowed.
template <store Store> class faulty_store {
public:
  using key_type = key_of<Store>;
  using value_type = value_of<Store>;

  explicit faulty_store(Store& inner) : inner_(inner) {}

  /// From now on; an empty script lets every call pass.
  void script(fault_script s) {
    std::lock_guard const lock(guard_);
    script_ = std::move(s);
  }
  /// How many calls came in, and how many of them failed by the script.
  std::uint64_t calls() const {
    std::lock_guard const lock(guard_);
    return calls_;
  }
  std::uint64_t faults() const {
    std::lock_guard const lock(guard_);
    return faults_;
  }

  static error_class classify(std::exception const& e) { return zddm::classify<Store>(e); }

  std::optional<value_type> get(key_type const& key) {
    return call("get", [&] { return inner_.get(key); });
  }
  void put(key_type const& key, value_type const& value) {
    call("put", [&] { inner_.put(key, value); });
  }
  void erase(key_type const& key) {
    call("erase", [&] { inner_.erase(key); });
  }

  template <class F>
    requires lending_store<Store>
  bool visit(key_type const& key, F&& f) {
    return call("visit", [&] { return inner_.visit(key, f); });
  }

  bool insert(key_type const& key, value_type const& value)
    requires insertable_store<Store>
  {
    return call("insert", [&] { return inner_.insert(key, value); });
  }

  template <class F>
    requires updatable_store<Store>
  std::optional<value_type> update(key_type const& key, F&& f) {
    return call("update", [&] { return inner_.update(key, f); });
  }

  versioned<value_type> get_versioned(key_type const& key)
    requires versioned_store<Store>
  {
    return call("get_versioned", [&] { return inner_.get_versioned(key); });
  }
  version put_next(key_type const& key, value_type const& value, std::uint64_t process)
    requires versioned_store<Store>
  {
    return call("put_next", [&] { return inner_.put_next(key, value, process); });
  }
  version erase_next(key_type const& key, std::uint64_t process)
    requires versioned_store<Store>
  {
    return call("erase_next", [&] { return inner_.erase_next(key, process); });
  }
  bool put_if_newer(key_type const& key, value_type const& value, version v)
    requires versioned_store<Store>
  {
    return call("put_if_newer", [&] { return inner_.put_if_newer(key, value, v); });
  }
  bool erase_if_newer(key_type const& key, version v)
    requires versioned_store<Store>
  {
    return call("erase_if_newer", [&] { return inner_.erase_if_newer(key, v); });
  }
  bool put_if_version(key_type const& key, std::optional<value_type> const& value, version expected, version next)
    requires conditional_store<Store>
  {
    return call("put_if_version", [&] { return inner_.put_if_version(key, value, expected, next); });
  }

  sighting<value_type> look(key_type const& key)
    requires intent_store<Store>
  {
    return call("look", [&] { return inner_.look(key); });
  }
  std::optional<intent> begin(key_type const& key, intent_id id)
    requires intent_store<Store>
  {
    return call("begin", [&] { return inner_.begin(key, id); });
  }
  auto end(key_type const& key, intent const& t, std::optional<value_type> const& value)
    requires intent_store<Store>
  {
    return call("end", [&] { return inner_.end(key, t, value); });
  }
  void release(key_type const& key, intent const& t)
    requires intent_store<Store>
  {
    call("release", [&] { inner_.release(key, t); });
  }
  template <class F>
    requires intent_store<Store>
  auto mark(key_type const& key, F&& f, intent_id id) {
    return call("mark", [&] { return inner_.mark(key, f, id); });
  }
  void assign(key_type const& key, std::optional<value_type> const& value)
    requires intent_store<Store>
  {
    call("assign", [&] { inner_.assign(key, value); });
  }
  bool fill(key_type const& key, std::optional<value_type> const& value, std::uint64_t seen)
    requires intent_store<Store>
  {
    return call("fill", [&] { return inner_.fill(key, value, seen); });
  }
  std::size_t fill_many(std::span<entry<key_type, value_type> const> entries, std::uint64_t seen)
    requires intent_store<Store>
  {
    return call("fill_many", [&] { return inner_.fill_many(entries, seen); });
  }
  std::uint64_t fence(key_type const& key)
    requires intent_store<Store>
  {
    return call("fence", [&] { return inner_.fence(key); });
  }
  void seal()
    requires intent_store<Store>
  {
    call("seal", [&] { inner_.seal(); });
  }
  std::uint64_t sequence()
    requires intent_store<Store>
  {
    return call("sequence", [&] { return inner_.sequence(); });
  }
  template <class Sink>
    requires intent_store<Store>
  std::size_t records(std::optional<key_type> const& after, std::size_t limit, Sink&& sink) {
    return call("records", [&] { return inner_.records(after, limit, sink); });
  }
  void clear()
    requires intent_store<Store>
  {
    call("clear", [&] { inner_.clear(); });
  }
  void create_records()
    requires intent_store<Store>
  {
    call("create_records", [&] { inner_.create_records(); });
  }
  void drop_records()
    requires intent_store<Store>
  {
    call("drop_records", [&] { inner_.drop_records(); });
  }

  void put_marked(key_type const& key, value_type const& value)
    requires journaling_store<Store>
  {
    call("put_marked", [&] { inner_.put_marked(key, value); });
  }
  void erase_marked(key_type const& key)
    requires journaling_store<Store>
  {
    call("erase_marked", [&] { inner_.erase_marked(key); });
  }
  template <class Sink>
    requires journaling_store<Store>
  std::size_t marks(std::optional<key_type> const& after, std::size_t limit, Sink&& sink) {
    return call("marks", [&] { return inner_.marks(after, limit, sink); });
  }
  void clear_mark(key_type const& key)
    requires journaling_store<Store>
  {
    call("clear_mark", [&] { inner_.clear_mark(key); });
  }

  template <class Sink>
    requires scannable_store<Store>
  std::size_t scan(key_range<key_type> const& range, std::size_t limit, Sink&& sink) {
    return call("scan", [&] { return inner_.scan(range, limit, sink); });
  }
  std::vector<key_type> split_points(std::size_t n)
    requires scannable_store<Store>
  {
    return call("split_points", [&] { return inner_.split_points(n); });
  }
  std::uint64_t size()
    requires scannable_store<Store>
  {
    return call("size", [&] { return inner_.size(); });
  }

  std::vector<std::optional<value_type>> get_many(std::span<key_type const> keys)
    requires batch_store<Store>
  {
    return call("get_many", [&] { return inner_.get_many(keys); });
  }
  void put_many(std::span<entry<key_type, value_type> const> entries)
    requires batch_store<Store>
  {
    call("put_many", [&] { inner_.put_many(entries); });
  }

  std::optional<std::chrono::milliseconds> remaining(key_type const& key)
    requires expiring_store<Store>
  {
    return call("remaining", [&] { return inner_.remaining(key); });
  }
  void put_for(key_type const& key, value_type const& value, std::chrono::milliseconds ttl)
    requires expiring_store<Store>
  {
    call("put_for", [&] { inner_.put_for(key, value, ttl); });
  }

private:
  template <class F> auto call(std::string_view member, F&& f) {
    auto const planned = next(member);
    if (planned && planned->at == fault::moment::before_effect) fail(member, *planned);
    if constexpr (std::is_void_v<decltype(f())>) {
      f();
      if (planned) fail(member, *planned);
    } else {
      auto result = f();
      if (planned) fail(member, *planned);
      return result;
    }
  }

  std::optional<fault> next(std::string_view member) {
    std::lock_guard const lock(guard_);
    ++calls_;
    auto planned = script_ ? script_(member) : std::nullopt;
    faults_ += planned.has_value();
    return planned;
  }

  [[noreturn]] static void fail(std::string_view member, fault f) {
    throw store_error(f.kind, std::string(member) + " failed as its test asked, " +
                                  (f.at == fault::moment::before_effect ? "before" : "after") + " its effect");
  }

  Store& inner_;
  std::mutex mutable guard_;
  fault_script script_;
  std::uint64_t calls_ = 0;
  std::uint64_t faults_ = 0;
};

} // namespace zddm::testing
