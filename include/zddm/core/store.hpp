// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <zddm/core/intent.hpp>
#include <zddm/core/version.hpp>

/// What a store can do, detected from its members and never declared by hand. Every member may be called from several
/// threads at once, and signals failure by throwing; see `docs/reference/core.md` for the semantics of each.
namespace zddm {

/// One key and its value, as batches carry them.
template <class Key, class Value> struct entry {
  Key key;
  Value value;

  friend bool operator==(entry const&, entry const&) = default;
};

/// The keys above `after` up to and including `upto`; an end left out is open.
template <class Key> struct key_range {
  std::optional<Key> after;
  std::optional<Key> upto;

  friend bool operator==(key_range const&, key_range const&) = default;
};

/// The rows of a key range in a few numbers.
template <class Key> struct range_digest {
  std::uint64_t rows = 0;
  std::uint64_t sum = 0;   ///< of the rows' digests, see `digester`
  std::optional<Key> last; ///< the last row's key

  friend bool operator==(range_digest const&, range_digest const&) = default;
};

/// The last key of every so many rows and of those left over, ascending, and how many rows there are.
template <class Key> struct strides {
  std::vector<Key> keys;
  std::uint64_t rows = 0;

  friend bool operator==(strides const&, strides const&) = default;
};

/// A value and the version it was written with; no value with a version is a tombstone.
template <class Value> struct versioned {
  std::optional<Value> value;
  zddm::version version;

  friend bool operator==(versioned const&, versioned const&) = default;
};

namespace detail {
template <class S> struct input_of {
  using type = typename S::value_type;
};
template <class S>
  requires requires { typename S::input_type; }
struct input_of<S> {
  using type = typename S::input_type;
};
struct any_sink {
  template <class... A> void operator()(A&&...) const {}
};
template <class S> struct any_change {
  std::optional<typename S::value_type> operator()(std::optional<typename S::value_type> const&) const { return {}; }
};
} // namespace detail

template <class S> using key_of = typename S::key_type;
template <class S> using value_of = typename S::value_type;
/// What `put` takes: the value type, but for a mapped store without a way back.
template <class S> using input_of = typename detail::input_of<S>::type;
template <class S> using entry_of = entry<key_of<S>, value_of<S>>;

/// get, put (insert or replace), erase (of a key that may be absent).
template <class S>
concept store = requires(S& s, key_of<S> const& key, input_of<S> const& input) {
  { s.get(key) } -> std::same_as<std::optional<value_of<S>>>;
  s.put(key, input);
  s.erase(key);
};

/// Lends a value without copying it: calls the function once if the key is present, and says whether it was.
template <class S>
concept lending_store = store<S> && requires(S& s, key_of<S> const& key, detail::any_sink f) {
  { s.visit(key, f) } -> std::same_as<bool>;
};

/// Puts only where nothing is, in one atomic step; says whether it did.
template <class S>
concept insertable_store = store<S> && requires(S& s, key_of<S> const& key, value_of<S> const& value) {
  { s.insert(key, value) } -> std::same_as<bool>;
};

/// Read-modify-write in one atomic step: the function is given what is there and returns what shall be there (nothing: absent).
/// Returns what is there afterwards. The function may be called again, and must not call the store.
template <class S>
concept updatable_store = store<S> && requires(S& s, key_of<S> const& key, detail::any_change<S> f) {
  { s.update(key, f) } -> std::same_as<std::optional<value_of<S>>>;
};

/// Versions beside the values. `put_next` and `erase_next` assign one above what the key holds, in the same atomic step;
/// the `_if_newer` forms take only what is newer than what the key holds. An erase leaves a tombstone with its version.
template <class S>
concept versioned_store =
    store<S> && requires(S& s, key_of<S> const& key, value_of<S> const& value, version v, std::uint64_t process) {
      { s.get_versioned(key) } -> std::same_as<versioned<value_of<S>>>;
      { s.put_next(key, value, process) } -> std::same_as<version>;
      { s.erase_next(key, process) } -> std::same_as<version>;
      { s.put_if_newer(key, value, v) } -> std::same_as<bool>;
      { s.erase_if_newer(key, v) } -> std::same_as<bool>;
    };

/// Puts or erases (no value) only if the key still holds the first version; it then holds the second, which is newer.
template <class S>
concept conditional_store =
    versioned_store<S> && requires(S& s, key_of<S> const& key, std::optional<value_of<S>> const& value, version v) {
      { s.put_if_version(key, value, v, v) } -> std::same_as<bool>;
    };

/// The `intent` protocol of New: each member is one atomic step on the value and its record (`intent_record`).
/// `begin` does nothing while the key is `marked()`; `mark` does nothing unless it is `settled()`, and else puts what the
/// function makes of the present value. `end` says whether the value became New's. After `seal` nothing begins any more, until
/// the store is cleared or its records are dropped: New is the authority, and who is late may not make it forget a key.
template <class S>
concept intent_store =
    store<S> && requires(S& s, key_of<S> const& key, std::optional<value_of<S>> const& value, intent_id id, intent const& t,
                         std::uint64_t seen, std::span<entry_of<S> const> entries, std::optional<key_of<S>> const& after,
                         std::size_t limit, detail::any_sink sink, detail::any_change<S> f) {
      { s.look(key) } -> std::same_as<sighting<value_of<S>>>;
      { s.begin(key, id) } -> std::same_as<std::optional<intent>>;
      { s.end(key, t, value) } -> std::same_as<bool>;
      s.release(key, t);
      { s.mark(key, f, id) } -> std::same_as<std::optional<std::pair<intent, std::optional<value_of<S>>>>>;
      s.assign(key, value);
      { s.fill(key, value, seen) } -> std::same_as<bool>;
      { s.fill_many(entries, seen) } -> std::same_as<std::size_t>;
      { s.fence(key) } -> std::same_as<std::uint64_t>;
      s.seal();
      { s.sequence() } -> std::same_as<std::uint64_t>;
      { s.records(after, limit, sink) } -> std::same_as<std::size_t>;
      s.clear();
      s.create_records();
      s.drop_records();
    };

/// Puts or erases and marks the key in one atomic step; marks outlive a crash until they are cleared.
template <class S>
concept journaling_store = store<S> && requires(S& s, key_of<S> const& key, value_of<S> const& value,
                                                std::optional<key_of<S>> const& after, std::size_t limit, detail::any_sink sink) {
  s.put_marked(key, value);
  s.erase_marked(key);
  { s.marks(after, limit, sink) } -> std::same_as<std::size_t>;
  s.clear_mark(key);
};

/// Visits at most `limit` entries of a key range in ascending order of the store; says how many.
/// `split_points(n)` are at most n keys, ascending, that cut the store into parts of about the same size.
template <class S>
concept scannable_store =
    store<S> && requires(S& s, key_range<key_of<S>> const& range, std::size_t limit, detail::any_sink sink) {
      { s.scan(range, limit, sink) } -> std::same_as<std::size_t>;
      { s.split_points(limit) } -> std::same_as<std::vector<key_of<S>>>;
      { s.size() } -> std::convertible_to<std::uint64_t>;
    };

/// Digests at most `limit` rows of a key range without handing them out: two stores that hold the same rows give the same
/// numbers, whatever they keep them in.
template <class S>
concept digesting_store = scannable_store<S> && requires(S& s, key_range<key_of<S>> const& range, std::size_t limit) {
  { s.digest(range, limit) } -> std::same_as<range_digest<key_of<S>>>;
};

/// Counts and cuts itself in one walk: `strides(n)`, n above 0, has the last key of every n rows and of those left over.
template <class S>
concept strided_store = scannable_store<S> && requires(S& s, std::uint64_t n) {
  { s.strides(n) } -> std::same_as<strides<key_of<S>>>;
};

/// Many keys a call: `get_many` answers in the order asked; `put_many` is one atomic step.
template <class S>
concept batch_store = store<S> && requires(S& s, std::span<key_of<S> const> keys, std::span<entry_of<S> const> entries) {
  { s.get_many(keys) } -> std::same_as<std::vector<std::optional<value_of<S>>>>;
  s.put_many(entries);
};

/// The time a key has left to live; nothing where it lives for ever.
template <class S>
concept expiring_store =
    store<S> && requires(S& s, key_of<S> const& key, std::chrono::milliseconds ttl, value_of<S> const& value) {
      { s.remaining(key) } -> std::same_as<std::optional<std::chrono::milliseconds>>;
      s.put_for(key, value, ttl);
    };

} // namespace zddm
