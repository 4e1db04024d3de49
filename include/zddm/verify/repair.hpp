// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>

#include <boost/hana/define_struct.hpp>

#include <zddm/core/error.hpp>
#include <zddm/core/intent.hpp>
#include <zddm/core/store.hpp>
#include <zddm/verify/recheck.hpp>

namespace zddm::verify {

/// What became of the keys that were to be repaired.
struct repairs {
  BOOST_HANA_DEFINE_STRUCT(repairs, (std::uint64_t, healed), // in a dry run: would be
                           (std::uint64_t, agreed),          // nothing was wrong any more
                           (std::uint64_t, in_flight),       // somebody writes the key; left to them
                           (std::uint64_t, unmappable),      // New cannot hold Old's row; reads of the key go to Old
                           (std::uint64_t, fenced));         // the damaged record was made anew; reads go to Old until drained
};

/// Numbers for the intents of a repair, from a process number nobody else has. A repair never writes Old, so nothing is lost
/// when somebody takes its process for dead and releases them.
inline std::function<intent_id()> repair_intents() {
  std::random_device random;
  std::uint64_t const process = (std::uint64_t{random()} << 32) | random();
  return [id = intent_id{process, 0}]() mutable { return ++id.operation, id; };
}

/// Makes New agree with Old, one key at a time, while Old is the authority. Takes part in the protocol as a writer that
/// leaves Old as it is: whoever writes the key meanwhile wins, and dying half-way leaves a key that asks Old.
template <class Old, intent_store New> class repair {
public:
  repair(Old& from, New& to, bool dry_run = false, std::function<intent_id()> next_intent = repair_intents())
      : from_(from), to_(to), dry_run_(dry_run), next_intent_(std::move(next_intent)) {}

  void operator()(key_of<New> const& key) {
    auto const g = look_at(from_, to_, key);
    if (g.moving) return void(++done_.in_flight);
    if (!g.wrong && !g.unknown) return void(++done_.agreed);
    if (g.wrong == kind::unmappable && g.known == knowledge::unknown) return void(++done_.unmappable);
    ++outcome_of(key, g.wrong.value_or(kind::missing));
  }

  repairs const& done() const { return done_; }

private:
  std::uint64_t& outcome_of(key_of<New> const& key, kind wrong) {
    if (wrong == kind::damaged) {
      if (!dry_run_) to_.fence(key);
      return done_.fenced;
    }
    if (dry_run_) return wrong == kind::unmappable ? done_.unmappable : done_.healed;
    std::optional<intent> const t = to_.begin(key, next_intent_());
    if (!t) return done_.in_flight;
    std::optional<value_of<New>> value;
    try {
      value = from_.get(key);
    } catch (unmappable const&) {
      to_.release(key, *t);
      return done_.unmappable;
    } catch (...) {
      to_.release(key, *t);
      throw;
    }
    return to_.end(key, *t, value) ? done_.healed : done_.in_flight;
  }

  Old& from_;
  New& to_;
  bool dry_run_;
  std::function<intent_id()> next_intent_;
  repairs done_{};
};

} // namespace zddm::verify
