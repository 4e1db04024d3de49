// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <zddm/core/clock.hpp>
#include <zddm/core/error.hpp>
#include <zddm/core/version.hpp>
#include <zddm/lifecycle/barrier.hpp>
#include <zddm/lifecycle/handle.hpp>
#include <zddm/lifecycle/journal.hpp>
#include <zddm/lifecycle/lease.hpp>
#include <zddm/lifecycle/measures.hpp>
#include <zddm/lifecycle/record.hpp>
#include <zddm/lifecycle/sample.hpp>

namespace zddm::lifecycle {

struct member_options {
  std::chrono::milliseconds lease{10'000};  ///< how long the fleet counts on a process it does not hear of
  std::chrono::milliseconds poll{50};       ///< how often the process looks for new settings
  std::string label;                        ///< shown to the operator beside host and pid
  bool background = true;                   ///< a thread polls and reports; otherwise the owner does
  std::function<measures()> measured = {};  ///< what the fleet is told of this process's calls; empty: nothing
  std::chrono::milliseconds report{10'000}; ///< how often it is told
  std::string version = {};                 ///< of the migration's definition; the operator is told where processes differ
};

/// The membership of one process in the fleet of one migration. While it lasts, the handle obeys what the state store says;
/// where that cannot be known any more the handle's lease ends and every operation is refused.
///
/// The process counts on its lease for an eighth less than the fleet does, on `Clock`, from before it asked for it.
template <state_store Store, class Clock = coarse_clock, class Sleep = sleeper> class member final : public outage_port {
public:
  /// Joins: the handle obeys the settings in force when this returns. Throws where they cannot be known; the handle then
  /// refuses every operation. `store` and `h` must outlive the member.
  member(Store& store, handle& h, member_options options = {}, Sleep sleep = {})
      : store_(store), handle_(h), options_(std::move(options)), sleep_(std::move(sleep)), owner_(identity::self()) {
    try {
      std::lock_guard const lock(guard_);
      join();
    } catch (...) {
      leave();
      throw;
    }
    handle_.attach(this);
    if (options_.background) thread_ = std::thread([this] { run(); });
  }
  member(member const&) = delete;
  member& operator=(member const&) = delete;

  /// Leaves once the operations under way are over; the handle refuses every later one.
  ~member() override {
    {
      std::lock_guard const lock(stop_guard_);
      stop_ = true;
    }
    stop_signal_.notify_all();
    if (thread_.joinable()) thread_.join();
    handle_.attach(nullptr);
    std::lock_guard const lock(guard_);
    handle_.extend_lease(no_lease);
    handle_.drain([this] { rest(); });
    leave();
  }

  /// Obeys new settings, acknowledges them, renews the lease where it is time; joins anew where the lease was lost. What it
  /// throws, the next call makes good.
  void poll_once() {
    std::lock_guard const lock(guard_);
    if (!handle_.lease_valid()) return join();
    if (!store_.read(lease_path(handle_.name(), handle_.process()))) lost();
    auto const next = load(store_, handle_.name()).value.now;
    check(next);
    if (next.epoch > handle_.current().epoch) {
      auto const latest = handle_.last_intent();
      handle_.publish(next, [this] {
        rest();
        if (Clock::now() >= renewal_) keep();
      });
      ended_ = latest;
    }
    if (acknowledged_ < next.epoch || Clock::now() >= renewal_) renew(next.epoch);
    if (auto const reason = asked(); reason && shut_out(*reason, false)) {
      std::lock_guard const asking(stop_guard_);
      asked_.reset();
    }
  }

  /// Tells the fleet what was measured, for the picture of the migration. Nothing depends on it.
  void report_once() {
    std::lock_guard const one_at_a_time(report_guard_);
    std::uint64_t process = 0;
    {
      std::lock_guard const lock(guard_);
      if (!options_.measured || !handle_.lease_valid()) return;
      process = handle_.process();
    }
    auto mine = options_.measured();
    mine.process = process;
    publish(store_, handle_.name(), mine);
    sample(store_, handle_.name());
  }

  /// Returns once New is in quarantine and every live process obeys it, or the fleet is in a row that knows no quarantine and
  /// this process obeys that; goes on with what another process began. Throws `lease_lost` or error 205 where it cannot be
  /// settled. Not to be called while an operation of the calling thread is under way.
  void quarantine(std::string_view reason) override {
    auto const give_up = Clock::now() + 2 * options_.lease;
    // A writer that waited for the quarantine to settle needs none any more once it is lifted.
    bool const waits = handle_.current().shut == lifecycle::quarantine::announced;
    for (;; rest(options_.poll / 5)) try {
        poll_once();
        if (shut_out(reason, waits)) return;
        if (Clock::now() > give_up)
          throw error(205, "New of " + handle_.name() + " could not be put into quarantine in time: some process does not " +
                               "acknowledge it. The write is not acknowledged either. Try again, and see zd status");
      } catch (store_error const& e) {
        if (e.kind() != error_class::transient || !handle_.lease_valid()) throw;
      }
  }

  /// The next poll begins it, and those after it go on until it is settled.
  void ask_quarantine(std::string_view reason) override {
    std::lock_guard const lock(stop_guard_);
    asked_.emplace(reason);
  }

  void journal(std::string_view key) override { lifecycle::journal::note(store_, handle_.name(), key); }

  /// Why the last poll in the background failed; nothing while all is well.
  std::optional<std::string> trouble() const {
    std::lock_guard const lock(stop_guard_);
    return trouble_;
  }

private:
  static constexpr auto no_lease = coarse_clock::time_point::min();

  void rest(std::chrono::milliseconds time = std::chrono::milliseconds(1)) { sleep_(time); }

  /// Who lost a lease comes back as a new process: the operations of the earlier one are over, its intents are nobody's.
  void join() {
    handle_.extend_lease(no_lease);
    ended_ = handle_.last_intent();
    handle_.drain([this] { rest(); });
    if (known_) {
      forget();
      handle_.rename();
    }
    known_ = true;
    standing_ = false;
    // The lease stands before the settings are read: whoever moves on after that waits for this process.
    write(0);
    auto const now = load(store_, handle_.name()).value.now;
    check(now);
    handle_.publish(now, [this] { rest(); });
    renew(now.epoch);
  }

  void check(settings const& next) const {
    if (auto const obeyed = handle_.current().epoch; next.epoch < obeyed)
      throw error(206, "the state store is at epoch " + std::to_string(next.epoch) + " of " + handle_.name() +
                           ", this process obeyed " + std::to_string(obeyed) + " already; it stops serving when its lease " +
                           "ends, so nothing is lost. Check that this is the right state store, or restore it");
  }

  void renew(std::uint64_t epoch) {
    write(epoch);
    handle_.extend_lease(deadline_);
  }

  /// Renews while settings are waited for: what is acknowledged does not change.
  void keep() noexcept {
    try {
      if (handle_.lease_valid()) renew(acknowledged_);
    } catch (...) { // the lease ends by itself
    }
  }

  void write(std::uint64_t epoch) {
    auto const before = Clock::now();
    auto const path = lease_path(handle_.name(), handle_.process());
    auto const mine = store_.read(path);
    lease const next{handle_.process(), epoch,          ended_,          (store_.now() + options_.lease).count(), owner_,
                     ZDDM_VERSION,      options_.label, options_.version};
    std::array<change, 1> const both{{{path, mine ? mine->revision : 0, entry::encode("lease", next)}}};
    if (mine.has_value() != standing_ || !store_.commit(both)) lost();
    standing_ = true;
    acknowledged_ = epoch;
    renewal_ = before + options_.lease / 3;
    deadline_ = before + options_.lease - options_.lease / 8;
  }

  [[noreturn]] void lost() {
    handle_.extend_lease(no_lease);
    throw lease_lost("this process was counted out of " + handle_.name() +
                     " since it was not heard of; it serves nothing until it has joined anew");
  }

  /// One step towards a settled quarantine; true once it is there and obeyed.
  bool shut_out(std::string_view reason, bool waits) {
    using enum lifecycle::quarantine;
    auto const seen = load(store_, handle_.name());
    auto next = seen.value;
    auto& s = next.now;
    bool const needless = s.at == row::unrun || route_of(s.at).new_required || (waits && s.shut != announced);
    if (s.shut == settled || needless) return handle_.current().epoch >= s.epoch;
    if (s.shut == announced && !behind(store_, handle_.name(), s.epoch).empty()) return false;
    s.shut = s.shut == announced ? settled : announced;
    ++s.epoch;
    replace(store_, handle_.name(), seen, next, {owner_.who(), "quarantine", std::string(reason)});
    return false;
  }

  std::optional<std::string> asked() const {
    std::lock_guard const lock(stop_guard_);
    return asked_;
  }

  void forget() {
    std::array<change, 2> const removal{{{lease_path(handle_.name(), handle_.process()), any_revision, {}},
                                         {measures_path(handle_.name(), handle_.process()), any_revision, {}}}};
    store_.commit(removal);
  }

  void leave() noexcept {
    try {
      forget();
    } catch (...) { // the lease ends by itself
    }
  }

  void run() {
    auto next_report = Clock::now();
    std::unique_lock lock(stop_guard_);
    while (!stop_signal_.wait_for(lock, options_.poll, [this] { return stop_; })) {
      lock.unlock();
      std::optional<std::string> trouble;
      try {
        poll_once();
        if (Clock::now() >= next_report) {
          next_report = Clock::now() + options_.report;
          report_once();
        }
      } catch (std::exception const& e) {
        trouble = e.what();
      } catch (...) {
        trouble = "unknown";
      }
      lock.lock();
      trouble_ = std::move(trouble);
    }
  }

  Store& store_;
  handle& handle_;
  member_options const options_;
  Sleep sleep_;
  identity const owner_;

  std::mutex guard_; ///< one thread at a time joins, obeys and renews
  bool known_ = false;
  bool standing_ = false; ///< the lease entry is there, as far as this process knows
  std::uint64_t acknowledged_ = 0;
  std::uint64_t ended_ = 0;
  coarse_clock::time_point renewal_{};
  coarse_clock::time_point deadline_{};

  std::mutex report_guard_; ///< one thread at a time measures

  mutable std::mutex stop_guard_;
  std::condition_variable stop_signal_;
  bool stop_ = false;
  std::optional<std::string> trouble_;
  std::optional<std::string> asked_; ///< why New shall be shut out
  std::thread thread_;
};

} // namespace zddm::lifecycle
