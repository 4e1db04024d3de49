// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <limits>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <zddm/core/clock.hpp>
#include <zddm/core/error.hpp>
#include <zddm/core/hash.hpp>
#include <zddm/core/intent.hpp>
#include <zddm/lifecycle/in_flight.hpp>
#include <zddm/lifecycle/move.hpp>
#include <zddm/lifecycle/warning.hpp>

namespace zddm::lifecycle {

/// Where a handle turns when New cannot be reached; a fleet of several processes serves it through its state store.
class outage_port {
public:
  virtual ~outage_port() = default;

  /// Returns once New is in quarantine and every live process obeys it. Throws if that cannot be known.
  virtual void quarantine(std::string_view reason) = 0;

  /// Has New put into quarantine soon; waits for nobody.
  virtual void ask_quarantine(std::string_view reason) = 0;

  /// Returns once the key (text form) is durably noted as one whose value in New cannot be trusted.
  virtual void journal(std::string_view key) = 0;
};

/// One process's view of one migration: the settings in force, the operations under way, the lease. Threads share it; a
/// call costs one acquire load and two stores to a cache line of the calling thread's own.
class handle {
public:
  /// `process` is a number that no other process of the migration has.
  explicit handle(std::string name, settings const& initial = {}, std::uint64_t process = random_id())
      : name_(std::move(name)), seed_(seed_of(name_)), process_(process) {
    kept_.push_back(initial);
    current_.store(&kept_.back(), std::memory_order_release);
  }
  handle(handle const&) = delete;
  handle& operator=(handle const&) = delete;

  std::string const& name() const noexcept { return name_; }
  /// Of the gate's hash: two migrations do not pick the same keys.
  std::uint64_t seed() const noexcept { return seed_; }
  /// A proxy served a completed migration: warns the first time. Costs one load afterwards.
  void warn_completed() {
    if (!warned_.load(std::memory_order_relaxed) && !warned_.exchange(true, std::memory_order_relaxed))
      detail::sink.load(std::memory_order_acquire)({name_});
  }

  /// The number that names this process in intents, versions and leases; a random one unless it was given.
  std::uint64_t process() const noexcept { return process_.load(std::memory_order_relaxed); }
  /// Takes a new number: who lost a lease comes back as another. No operation may be under way.
  void rename() { process_.store(random_id(), std::memory_order_relaxed); }

  /// A snapshot which stays valid as long as the handle.
  settings const& current() const noexcept { return *current_.load(std::memory_order_acquire); }

  /// An operation under way and the settings it obeys.
  class operation {
  public:
    settings const& now() const noexcept { return *settings_; }
    void leave() noexcept { turn_.leave(); }

  private:
    friend handle;
    operation(in_flight::turn turn, settings const& s) noexcept : turn_(std::move(turn)), settings_(&s) {}
    in_flight::turn turn_;
    settings const* settings_;
  };

  /// An operation inside another one of the same thread obeys the settings of the outer one.
  [[nodiscard]] operation enter() {
    auto turn = in_flight_.enter();
    auto& obeyed = turn.noted();
    if (obeyed == nullptr) obeyed = &current();
    auto const& now = *static_cast<settings const*>(obeyed);
    return operation(std::move(turn), now);
  }

  intent_id next_intent() noexcept { return {process(), operations_.fetch_add(1, std::memory_order_relaxed) + 1}; }
  /// The number of the latest intent. After a drain that began later, no operation under way has that or an earlier one.
  std::uint64_t last_intent() const noexcept { return operations_.load(std::memory_order_relaxed); }

  /// Adopts settings of a later epoch and returns once no operation of this process obeys earlier ones. Earlier or equal
  /// epochs change nothing. `wait` is called while such an operation is under way. Throws error 402 inside an operation of the
  /// calling thread, which would wait for itself.
  template <class Wait> void publish(settings const& next, Wait&& wait) {
    refuse_inside();
    {
      std::lock_guard const lock(guard_);
      if (next.epoch <= kept_.back().epoch) return;
      kept_.push_back(next);
      current_.store(&kept_.back(), std::memory_order_release);
    }
    in_flight_.drain(wait);
  }
  void publish(settings const& next) {
    publish(next, [] { std::this_thread::sleep_for(std::chrono::microseconds(50)); });
  }

  /// Returns once no operation that is under way now is. `wait` is called while there is one.
  template <class Wait> void drain(Wait&& wait) { in_flight_.drain(wait); }

  /// Walks a migration of a single process through a step, waiting at each row for the operations of the earlier one.
  /// Throws `refused` where the step does not start from the present row; nothing is changed then.
  void take(step asked, threshold reach = threshold::open()) {
    refuse_inside();
    std::lock_guard const lock(moves_);
    bool const forward = asked != step::roll_back && asked != step::switch_off;
    if (forward && !done(asked, current().at) && current().shut != lifecycle::quarantine::none)
      throw refused("cannot " + std::string(path_of(asked).name) + ' ' + name_ +
                    " while New is in quarantine, since New lacks what was written meanwhile; nothing was changed. Call "
                    "rejoin() of its proxy first");
    if (!done(asked, current().at) && !next_settings(asked, current(), reach))
      throw refused("cannot " + std::string(path_of(asked).name) + ' ' + name_ + " in row " +
                    std::string(to_string(current().at)) + "; nothing was changed");
    while (auto const next = next_settings(asked, current(), reach)) publish(*next);
  }

  /// Sets the rate of a dial in a single process.
  void set_rate(threshold rate) {
    refuse_inside();
    std::lock_guard const lock(moves_);
    while (auto const next = next_for_rate(current(), rate)) publish(*next);
  }

  /// Until when, on the coarse clock, this process may act on what it knows. A handle without a fleet has no end.
  void extend_lease(coarse_clock::time_point until) noexcept {
    lease_end_.store(until.time_since_epoch().count(), std::memory_order_release);
  }
  /// Nothing may be done until a lease is given, unless one was: a process of a fleet that has not joined knows nothing.
  void await_lease() noexcept {
    auto none = std::numeric_limits<coarse_clock::rep>::max();
    lease_end_.compare_exchange_strong(none, std::numeric_limits<coarse_clock::rep>::min(), std::memory_order_acq_rel);
  }
  bool lease_valid() const noexcept {
    auto const end = lease_end_.load(std::memory_order_acquire);
    return end == std::numeric_limits<coarse_clock::rep>::max() || coarse_clock::now().time_since_epoch().count() <= end;
  }

  void attach(outage_port* port) noexcept { port_.store(port, std::memory_order_release); }

  /// Shuts New out, for this process or through the port for all. Throws error 402 inside an operation of the calling thread.
  void quarantine(std::string_view reason) {
    refuse_inside();
    if (auto* const port = port_.load(std::memory_order_acquire)) return port->quarantine(reason);
    std::lock_guard const lock(moves_);
    auto next = current();
    if (next.shut == quarantine::settled) return in_flight_.drain([] { std::this_thread::yield(); });
    next.shut = quarantine::settled;
    ++next.epoch;
    publish(next);
  }

  /// The same, without waiting for other processes.
  void ask_quarantine(std::string_view reason) {
    if (auto* const port = port_.load(std::memory_order_acquire)) return port->ask_quarantine(reason);
    quarantine(reason);
  }

  /// Ends the quarantine of a single process: while `heal(key)` is called with every key written meanwhile (text form),
  /// reads go to Old and writes make New forget their key. Says how many keys there were. What `heal` throws ends it, with
  /// the keys that are left still listed.
  template <class Heal> std::size_t let_in(Heal&& heal) {
    refuse_inside();
    std::lock_guard const lock(moves_);
    auto next = current();
    if (next.shut == lifecycle::quarantine::none) return 0;
    auto const shift = [&](lifecycle::quarantine to) {
      next.shut = to;
      ++next.epoch;
      publish(next);
    };
    shift(lifecycle::quarantine::rejoining);
    std::size_t healed = 0;
    for (auto key = first_journaled(); key; key = first_journaled(), ++healed) {
      heal(*key);
      std::lock_guard const listing(guard_);
      journal_.erase(*key);
    }
    shift(lifecycle::quarantine::none);
    return healed;
  }

  void journal(std::string_view key) {
    if (auto* const port = port_.load(std::memory_order_acquire)) return port->journal(key);
    std::lock_guard const lock(guard_);
    journal_.emplace(key);
  }

private:
  std::optional<std::string> first_journaled() {
    std::lock_guard const lock(guard_);
    return journal_.empty() ? std::nullopt : std::optional(*journal_.begin());
  }

  void refuse_inside() {
    if (in_flight_.inside())
      throw error(402,
                  "an operation of " + name_ +
                      " cannot move its own migration or shut New out, since both wait for the operation to end; nothing was "
                      "done. Leave the block first, and call a proxy of this migration outside of it");
  }

  static std::uint64_t random_id() {
    std::random_device device;
    return (std::uint64_t{device()} << 32 | device()) | 1;
  }

  std::string const name_;
  std::uint64_t const seed_;
  std::atomic<std::uint64_t> process_;
  std::atomic<settings const*> current_{nullptr};
  std::atomic<coarse_clock::rep> lease_end_{std::numeric_limits<coarse_clock::rep>::max()};
  std::atomic<outage_port*> port_{nullptr};
  std::atomic<bool> warned_{false};
  in_flight in_flight_;
  alignas(64) std::atomic<std::uint64_t> operations_{0};
  std::mutex moves_; ///< one mover at a time, or one would take a step while the other still waits for operations
  std::mutex guard_;
  std::deque<settings> kept_; ///< every settings ever obeyed: readers hold no reference count
  std::set<std::string, std::less<>> journal_;
};

} // namespace zddm::lifecycle
