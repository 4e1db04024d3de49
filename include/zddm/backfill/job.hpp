// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <zddm/backfill/careful_copy.hpp>
#include <zddm/backfill/chunk.hpp>
#include <zddm/backfill/chunk_in_hand.hpp>
#include <zddm/backfill/copy.hpp>
#include <zddm/backfill/hands.hpp>
#include <zddm/backfill/mark.hpp>
#include <zddm/backfill/options.hpp>
#include <zddm/backfill/pace.hpp>
#include <zddm/backfill/persist.hpp>
#include <zddm/backfill/plan.hpp>
#include <zddm/backfill/planning.hpp>
#include <zddm/backfill/relay.hpp>
#include <zddm/backfill/tally.hpp>
#include <zddm/backfill/work_queue.hpp>
#include <zddm/core/error.hpp>
#include <zddm/core/store.hpp>
#include <zddm/core/text.hpp>

namespace zddm::backfill {

/// One process's part in a backfill: the plan, made if there is none, and threads that copy one chunk after the other while the
/// calling thread renews their leases. `run` is the way in.
template <class Old, class New, work_queue Queue> class job {
public:
  job(Old& from, New& to, Queue& queue, options const& o)
      : o_(o), queue_(queue), copy_(from, to, o.timing, o.attempts, stop_.get_token()),
        planned_(planned_or_made(from, queue, o, stop_.get_token())), plan_(plan::decoded(planned_.text)),
        cuts_(plan_.cuts<key>()), hands_(queue, planned_.id, o.worker, o.lease) {
    if (plan_.identity != o_.identity)
      throw error(240, "the stored plan of this backfill was made for another definition of the migration; nothing was "
                       "copied. Run zd migrate --restart to plan again: rows that are in New already are skipped");
  }

  result run() {
    if (o_.retry_failed && !o_.plan_only) patiently([&] { queue_.reopen(planned_.id); });
    refresh();
    if (o_.plan_only) return {how_it_ended(), now()};
    std::stop_callback const passed_on(o_.stop, [this] { end_soon(); });
    supervise();
    if (failure_) {
      patiently([&] { refresh(); });
      if (!tally_.covered().complete()) std::rethrow_exception(failure_);
    }
    refresh();
    return {how_it_ended(), now()};
  }

private:
  using key = key_of<Old>;
  using nanoseconds = std::chrono::nanoseconds;
  using real_clock = std::chrono::steady_clock;
  static constexpr std::uint64_t saves_a_plan = 100; ///< at least, where the pages are small enough
  using copy_type = careful_copy<Old, New>;
  using page_type = typename copy_type::page_type;
  using chunk = chunk_in_hand<copy_type>;

  struct worker {
    relay turns;
    std::shared_ptr<chunk> at; ///< guarded by the first of the turns
    std::size_t threads = 0;   ///< at work
    std::array<std::jthread, 2> pair;
  };

  /// Ends when every worker has.
  void supervise() {
    auto const beat_every = std::chrono::duration_cast<nanoseconds>(o_.lease) / 3;
    auto beat = real_clock::now() + beat_every, look = real_clock::now() + o_.refresh;
    std::deque<worker> crew;
    std::unique_lock lock(mutex_);
    wanted_ = workers(0);
    while (!(over_ || stop_.stop_requested()) || working_ > 0) {
      for (std::size_t i = 0; i < wanted_ && !over_ && !stop_.stop_requested(); ++i) {
        if (i == crew.size()) crew.emplace_back();
        worker& one = crew[i];
        if (one.threads > 0) continue;
        one.threads = one.pair.size();
        working_ += one.pair.size();
        for (auto& thread : one.pair) thread = std::jthread([this, i, &one] { work(one, i); });
      }
      woken_.wait_until(lock, std::min({beat, look, real_clock::now() + std::chrono::milliseconds(100)}));
      if (auto const at = real_clock::now(); at >= std::min(beat, look)) {
        lock.unlock();
        if (at >= beat) hands_.renew();
        if (at >= look) look_around();
        if (at >= beat) beat = at + beat_every;
        if (at >= look) look = at + o_.refresh;
        lock.lock();
      }
    }
  }

  /// Ends the run where the plan is gone, also for those who wait; whatever else fails the workers will meet.
  void look_around() {
    try {
      refresh();
    } catch (error const& e) {
      if (e.code() != detail::plan_gone().code()) return;
      keep_failure();
      end_soon();
    } catch (...) {
    }
  }

  /// One of the two threads of a worker, which take turns: one reads a page while the other writes the one before. The last turn
  /// of each, when the worker is to go on no more, gives the chunk at hand back.
  void work(worker& me, std::size_t index) {
    try {
      page_type page;
      for (bool more = true; more;) {
        more = goes_on(index);
        bool const worked =
            me.turns.turn([&] { return read_next(me, index, page); }, [&](piece const& p) { return write_down(p, index, page); });
        if (!worked && more) wait_for_others();
      }
    } catch (...) {
      keep_failure();
      stop_.request_stop();
    }
    std::lock_guard const lock(mutex_);
    --me.threads;
    --working_;
    woken_.notify_all();
  }

  bool goes_on(std::size_t index) {
    std::lock_guard const lock(mutex_);
    return !over_ && !stop_.stop_requested() && index < wanted_;
  }

  /// What a thread takes from reading to writing, beside the page.
  struct piece {
    std::shared_ptr<chunk> of; ///< none: there was none to claim
    bool read = false;         ///< else no row may be read now
    std::exception_ptr failure;
  };

  piece read_next(worker& me, std::size_t index, page_type& page) {
    piece p;
    try {
      if (me.at && me.at->over) me.at.reset();
      if (!me.at && goes_on(index)) me.at = begin();
      p.of = me.at;
      if (!p.of) return p;
      auto const limit = allowance(index);
      p.read = limit.rows > 0;
      if (p.read) p.of->read(limit, page);
      if (!p.read || page.ends) me.at.reset();
    } catch (...) {
      p.failure = std::current_exception();
      me.at.reset();
    }
    return p;
  }

  /// Nothing where no chunk is open.
  std::shared_ptr<chunk> begin() {
    wanted const w = o_.only ? wanted{1, *o_.only, *o_.only} : wanted{};
    auto got = patiently([&] { return hands_.claim(w); });
    if (!got) return nullptr;
    mark m = mark::decoded(got->note);
    auto rest = cuts_.at(got->item).range;
    if (m.last) rest.after = text::decode<key>(*m.last);
    {
      std::lock_guard const lock(mutex_);
      tally_.claimed(got->item, m);
    }
    return std::make_shared<chunk>(std::move(*got), std::move(m), copy_, std::move(rest), o_.timing.now());
  }

  /// False: there was nothing to do.
  bool write_down(piece const& p, std::size_t index, page_type& page) {
    if (!p.of) {
      if (p.failure) std::rethrow_exception(p.failure);
      return false;
    }
    if (p.of->over) return true; // it was lost while this page of it was read
    try {
      if (p.failure) std::rethrow_exception(p.failure);
      p.of->over = !(p.read && goes_on(index) ? write(*p.of, page, index) : give_back(*p.of));
    } catch (...) {
      p.of->over = true;
      note_failure(p.of->taken, p.of->mark);
      if (++failures_ > o_.chunk_attempts) throw; // a store that fails chunk after chunk ends the run
    }
    return true;
  }

  /// False: the chunk is over for this worker.
  bool write(chunk& c, page_type& page, std::size_t index) {
    auto const& t = c.taken;
    if (!hands_.holds(t.item)) return false;
    auto const step = count(page, copy_.write(page));
    c.mark += step;
    c.unsaved += step.covered();
    auto const [wait, under] = account(t.item, c.mark, step, page.ends, page.spent);
    if (page.ends || c.unsaved >= plan_.rows / saves_a_plan || o_.timing.now() - c.saved_at >= o_.save_every) {
      if (!report(t, {page.ends ? backfill::work::done : backfill::work::held, c.mark.encoded()})) return disown(t);
      c.saved_at = o_.timing.now();
      c.unsaved = 0;
    }
    sit_out(wait, under, index);
    return !page.ends;
  }

  /// Waits no longer than the settings are those `under` which it has to; tells each second why nothing moves.
  void sit_out(pause wait, settings const& under, std::size_t index) {
    while (wait.time.count() > 0) {
      pause const part{std::min<nanoseconds>(wait.time, std::chrono::seconds(1)), wait.reason};
      o_.timing.sleep(part.time, stop_.get_token());
      wait.time -= part.time;
      bool const more = wait.time.count() > 0 && goes_on(index);
      std::lock_guard const lock(mutex_);
      pace_.waited(part);
      if (!more || o_.live() != under) return;
      o_.told(now());
    }
  }

  bool give_back(chunk const& c) { return report(c.taken, {backfill::work::open, c.mark.encoded()}), false; }

  /// Where nothing can be claimed: what is left is in other hands, or there is nothing left.
  void wait_for_others() {
    if (o_.only) {
      if (listed().at(*o_.only).state != backfill::work::open) end_soon();
      return;
    }
    auto const c = patiently([&] { return queue_.counts(planned_.id); });
    if (c == backfill::counts{} && planned_.items > 0) throw detail::plan_gone();
    std::unique_lock lock(mutex_);
    if (c.open + c.held == 0) {
      over_ = true;
      woken_.notify_all();
    } else
      woken_.wait_for(lock, std::chrono::milliseconds(200));
  }

  bool report(task const& t, backfill::report const& r) {
    return patiently([&] { return hands_.report(t, r); });
  }

  bool disown(task const& t) {
    std::lock_guard const lock(mutex_);
    tally_.lost(t.item);
    return false;
  }

  void keep_failure() {
    std::lock_guard const lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
  }

  /// While the failure is being handled: the chunk is left to another attempt, or left out.
  void note_failure(task const& t, mark const& m) {
    std::string reason = "an unknown error";
    try {
      throw;
    } catch (std::exception const& e) {
      reason = e.what();
    } catch (...) {
    }
    bool const left_out = t.attempts >= o_.chunk_attempts || classify_current<New>() == error_class::permanent;
    disown(t);
    if (left_out) keep_failure();
    try {
      report(t, {left_out ? backfill::work::failed : backfill::work::open, m.encoded(), reason});
    } catch (...) { // its lease ends by itself
    }
  }

  mark count(page_type const& page, std::size_t taken) {
    mark step{page.last ? std::optional(text::encode(*page.last)) : std::nullopt,
              taken,
              page.rows.size() - taken,
              page.refused.size(),
              {},
              page.bytes};
    std::lock_guard const lock(mutex_);
    for (auto const& k : page.refused)
      if (tally_.covered().refused_keys.size() + step.refused_keys.size() < o_.most_listed) step.refused_keys.push_back(k);
    return step;
  }

  /// How long this worker has to wait now, and under which settings.
  std::pair<pause, settings> account(std::uint64_t item, mark const& whole, mark const& step, bool done, load const& spent) {
    std::lock_guard const lock(mutex_);
    failures_ = 0;
    auto const at = o_.timing.now();
    tally_.advanced(item, whole, step, done, at);
    if (too_many_refused()) stop_.request_stop();
    auto const wait = pace_.after(spent, at);
    o_.told(now());
    return {wait, live_};
  }

  /// What the next page may hold: at most what the limits allow in a second. No rows: stop.
  page_limit allowance(std::size_t index) {
    for (;;) {
      if (!goes_on(index)) return 0;
      {
        std::lock_guard const lock(mutex_);
        live_ = o_.live();
        wanted_ = workers(live_.workers);
        auto const next = pace_.next_page(live_, tally_.processes());
        if (next.rows > 0) return next;
        o_.told(now());
      }
      o_.timing.sleep(std::chrono::milliseconds(100), stop_.get_token());
    }
  }

  std::size_t workers(std::uint64_t live) const {
    auto const most = std::max<std::uint64_t>(o_.only ? 1 : plan_.chunks(), 1);
    return static_cast<std::size_t>(std::clamp<std::uint64_t>(live > 0 ? live : o_.workers, 1, most));
  }

  std::vector<item> listed() {
    auto all = patiently([&] { return queue_.items(planned_.id); });
    if (all.size() != planned_.items) throw detail::plan_gone();
    return all;
  }

  /// Takes over what the queue says of all chunks but this process's own.
  void refresh() {
    auto const all = listed();
    std::lock_guard const lock(mutex_);
    tally_.told(all, o_.worker, [this](std::uint64_t id) { return hands_.holds(id); }, o_.timing.now());
    if (too_many_refused()) stop_.request_stop();
  }

  ending how_it_ended() {
    auto const only = o_.only ? std::optional(listed().at(*o_.only).state) : std::nullopt;
    if (only == backfill::work::done) return ending::complete;
    if (only == backfill::work::held) return ending::held;
    if (too_many_refused()) return ending::refused;
    if (!only && tally_.covered().complete()) return ending::complete;
    if (o_.stop.stop_requested()) return ending::stopped;
    if (only == backfill::work::open) return ending::held; // it was until just now
    return tally_.covered().failed > 0 ? ending::failed : ending::stopped;
  }

  bool too_many_refused() const { return tally_.covered().refused > o_.most_refused; }

  void end_soon() {
    stop_.request_stop();
    woken_.notify_all();
  }

  status now() const { return tally_.now(o_.timing.now(), pace_); }

  /// Every call of a queue may be repeated: a report that was taken already is refused, and then the queue knows better.
  template <class F> auto patiently(F&& f) { return persist<Queue>(o_.timing, o_.attempts, stop_.get_token(), f, true); }

  options const& o_;
  Queue& queue_;
  std::stop_source stop_;
  copy_type copy_;
  planned const planned_;
  backfill::plan const plan_;
  backfill::cuts<key> const cuts_;
  hands<Queue> hands_;
  std::atomic<std::uint64_t> failures_ = 0; ///< of chunks, one after the other
  std::mutex mutex_;                        ///< guards what is below, and the functions of the options
  std::condition_variable woken_;
  std::size_t wanted_ = 1;  ///< workers
  std::size_t working_ = 0; ///< threads
  bool over_ = false;
  tally tally_{plan_.rows, plan_.chunks()};
  pace pace_{o_.throttle, o_.probe};
  settings live_; ///< that the pace obeys
  std::exception_ptr failure_;
};

} // namespace zddm::backfill
