// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <utility>

#include <boost/hana/define_struct.hpp>

#include <zddm/core/counterpart.hpp>
#include <zddm/core/error.hpp>
#include <zddm/core/intent.hpp>
#include <zddm/core/store.hpp>
#include <zddm/verify/look_at.hpp>
#include <zddm/verify/report.hpp>

namespace zddm::verify {

/// The store that is right where the two differ: the one that answers the readers. Old until the switch; New after it, so that no
/// reader sees a value change that nobody wrote, and the way back loses nothing.
enum class authority { old_store, new_store };

/// What became of the keys that were to be repaired.
struct repairs {
  BOOST_HANA_DEFINE_STRUCT(repairs, (std::uint64_t, healed), // in a dry run: would be
                           (std::uint64_t, agreed),          // nothing was wrong any more
                           (std::uint64_t, in_flight),       // somebody writes the key; left to them
                           (std::uint64_t, unmappable),      // New cannot hold Old's row; until the switch reads of it go to Old
                           (std::uint64_t, fenced),          // the damaged record was made anew; reads go to Old until drained
                           (std::uint64_t, left));           // Old cannot be given New's value: there is no exact way back

  /// Counts one more in a member; whether that means that the stores agree.
  bool count(std::uint64_t& outcome) {
    ++outcome;
    return &outcome == &healed || &outcome == &agreed;
  }
};

/// Numbers for the intents of a repair, from a process number nobody else has.
inline std::function<intent_id()> repair_intents() {
  std::random_device random;
  std::uint64_t const process = (std::uint64_t{random()} << 32) | random();
  return [id = intent_id{process, 0}]() mutable { return ++id.operation, id; };
}

struct repair_options {
  bool dry_run = false;
  authority right = authority::old_store;
  /// Called just before each write to Old; throws where the repair may have been taken for dead.
  std::function<void()> confirm = [] {};
  std::function<intent_id()> next_intent = repair_intents();
};

/// Makes both stores agree, one key at a time, and never replaces what somebody writes meanwhile. Until the switch it takes part
/// in the protocol as a writer that leaves Old as it is: whoever writes the key meanwhile wins, and dying half-way leaves a key
/// that asks Old. After it, as a writer in `completing` that writes what New holds: no write begins until Old has it, and dying
/// half-way leaves a key that no one can write until it is drained. Keys that New does not know are healed from Old, always.
template <class Old, intent_store New> class repair {
public:
  repair(Old& from, New& to, repair_options o = {}) : from_(from), to_(to), o_(std::move(o)) {}

  /// Whether the stores agree on the key now; in a dry run, whether they would.
  bool operator()(key_of<New> const& key) { return done_.count(outcome_of(key)); }

  repairs const& done() const { return done_; }

private:
  std::uint64_t& outcome_of(key_of<New> const& key) {
    auto const g = by_intents{}.look(from_, to_, key);
    if (g.moving) return done_.in_flight;
    if (!g.wrong && !g.unknown) return done_.agreed;
    bool const to_old = o_.right == authority::new_store && g.known != knowledge::unknown;
    if (g.wrong == kind::unmappable && (to_old || g.known == knowledge::unknown)) return done_.unmappable;
    if (g.wrong == kind::damaged) return fence(key);
    if (to_old && !can_hold<Old>(key)) return done_.left;
    return to_old ? into_old(key) : into_new(key, g.wrong == kind::unmappable);
  }

  std::uint64_t& fence(key_of<New> const& key) {
    if (!o_.dry_run) to_.fence(key);
    return done_.fenced;
  }

  std::uint64_t& into_new(key_of<New> const& key, bool unmappable_row) {
    if (o_.dry_run) return unmappable_row ? done_.unmappable : done_.healed;
    std::optional<intent> const t = to_.begin(key, o_.next_intent());
    if (!t) return done_.in_flight;
    std::optional<value_of<New>> value;
    bool mapped = false;
    try {
      mapped = detail::read_old<Old>(value, key, [&] { return from_.get(key); });
    } catch (...) {
      to_.release(key, *t);
      throw;
    }
    if (mapped) return to_.end(key, *t, value) ? done_.healed : done_.in_flight;
    to_.release(key, *t);
    return done_.unmappable;
  }

  std::uint64_t& into_old(key_of<New> const& key) {
    if constexpr (!rollback_after_switch<Old>)
      return done_.left;
    else {
      if (o_.dry_run) return done_.healed;
      auto const marked = to_.mark(key, [](auto const& present) { return present; }, o_.next_intent());
      if (!marked) return done_.in_flight;
      auto const& [t, value] = *marked;
      bool may_land = false;
      try {
        o_.confirm();
        may_land = true;
        if (value)
          from_.put(key, *value);
        else
          from_.erase(key);
      } catch (...) { // a write that may still land keeps others from the key
        if (!may_land || classify_current<Old>() != error_class::unknown_outcome) to_.release(key, t);
        throw;
      }
      to_.release(key, t);
      return done_.healed;
    }
  }

  Old& from_;
  New& to_;
  repair_options o_;
  repairs done_{};
};

} // namespace zddm::verify
