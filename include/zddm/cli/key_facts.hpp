// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <type_traits>

#include <zddm/core/error.hpp>
#include <zddm/core/intent.hpp>
#include <zddm/core/store.hpp>
#include <zddm/core/text.hpp>
#include <zddm/core/threshold.hpp>
#include <zddm/core/version.hpp>
#include <zddm/lifecycle/settings.hpp>

namespace zddm::cli {

/// What `zd explain` says of one key. Values are the texts of New's shape.
struct key_facts {
  struct side {
    std::optional<std::string> value;
    std::optional<version> written; ///< the version, where the store keeps one
    std::string trouble;            ///< why it cannot be told what the store holds; empty where it can
    bool unmappable = false;        ///< it holds what has no counterpart in New's shape; `trouble` says why
  };

  std::uint64_t bucket = 0;     ///< the key's place on the gate's dial
  std::optional<bool> admitted; ///< by the gate at the present rate; nothing where only the processes know
  side old_store, new_store;
  knowledge known = knowledge::unknown;
  bool pending = false;         ///< some write of the key is in flight in New, or its process died in it
  std::uint64_t generation = 0; ///< of the key's record in New; 0: there is none
};

/// What a gate without a state of its own says of a key, as it would in a process.
template <class Gate, class Key>
std::optional<bool> admitted_by(Key const& key, std::uint64_t bucket, lifecycle::settings const& now) {
  struct question {
    Key const& key;
    lifecycle::settings const& now;
    std::uint64_t place;
    std::uint64_t bucket() const { return place; }
    threshold rate() const { return now.rate; }
  };
  if constexpr (std::is_empty_v<Gate> && requires(question const& q) { Gate{}.admits(q); })
    return Gate{}.admits(question{key, now, bucket});
  else
    return std::nullopt;
}

namespace detail {

template <class F> void into(key_facts::side& s, F&& look) {
  try {
    look();
  } catch (unmappable const& e) {
    s.trouble = e.what();
    s.unmappable = true;
  } catch (std::exception const& e) {
    s.trouble = e.what();
  }
}

template <class S> std::optional<version> version_in(S& store, key_of<S> const& key) {
  if constexpr (versioned_store<S>) try {
      if (auto const found = store.get_versioned(key); found.version.counter != 0) return found.version;
    } catch (store_error const&) { // it keeps none beside this table
    }
  return std::nullopt;
}

} // namespace detail

/// Looks one key up in both stores; a store that cannot answer says why in its own part. `ByVersion`: what New knows of a key is
/// told by its versions, else by its records of writes in flight.
template <bool ByVersion, class Old, class New> void look_up(Old& from, New& to, key_of<New> const& key, key_facts& facts) {
  detail::into(facts.old_store, [&] {
    if (auto const found = from.get(key)) facts.old_store.value = text::encode(*found);
    facts.old_store.written = detail::version_in(from, key);
  });
  detail::into(facts.new_store, [&] {
    if constexpr (ByVersion) {
      auto const found = to.get_versioned(key);
      bool const told = knows(found.value.has_value(), found.version);
      facts.known = found.value ? knowledge::present : told ? knowledge::absent : knowledge::unknown;
      if (found.value) facts.new_store.value = text::encode(*found.value);
      if (told && found.version.counter != 0) facts.new_store.written = found.version;
    } else {
      auto const seen = to.look(key);
      facts.known = seen.known;
      facts.pending = seen.pending;
      facts.generation = seen.generation;
      if (seen.value) facts.new_store.value = text::encode(*seen.value);
      facts.new_store.written = detail::version_in(to, key);
    }
  });
}

} // namespace zddm::cli
