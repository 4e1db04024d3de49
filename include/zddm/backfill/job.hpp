// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <zddm/backfill/all_of.hpp>
#include <zddm/backfill/careful_copy.hpp>
#include <zddm/backfill/chunk.hpp>
#include <zddm/backfill/chunk_size.hpp>
#include <zddm/backfill/copy.hpp>
#include <zddm/backfill/coverage.hpp>
#include <zddm/backfill/hands.hpp>
#include <zddm/backfill/mark.hpp>
#include <zddm/backfill/options.hpp>
#include <zddm/backfill/persist.hpp>
#include <zddm/backfill/plan.hpp>
#include <zddm/backfill/progress.hpp>
#include <zddm/backfill/rate_limit.hpp>
#include <zddm/backfill/read_ahead.hpp>
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
      : o_(o), queue_(queue), copy_(from, to, o.timing, o.attempts, stop_.get_token()), planned_(stored_or_made(from)),
        plan_(plan::decoded(planned_.text)), cuts_(plan_.cuts<key>()), hands_(queue, planned_.id, o.worker, o.lease) {
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
      if (!covered_.complete()) std::rethrow_exception(failure_);
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
  /// What this process knows better than the queue.
  struct own_chunk {
    backfill::mark mark;
    bool done = false;
  };

  struct crew_member {
    std::jthread thread;
    bool works = false;
  };

  planned stored_or_made(Old& from) {
    auto found = patiently([&] { return queue_.plan(); });
    if (!found) {
      auto const made = plan::of(cut(from, rows_within(o_.chunk, from, o_.timing), o_.most_chunks), o_.identity);
      patiently([&] { queue_.make(made.encoded(), made.chunks()); });
      found = patiently([&] { return queue_.plan(); });
    }
    if (!found) throw plan_gone();
    return *found;
  }

  static error plan_gone() {
    return error(241, "the plan of this backfill was forgotten meanwhile, by a restart or a rollback; no row is lost or "
                      "overwritten. Run zd migrate again if the migration still stands where it did");
  }

  /// Ends when every worker has.
  void supervise() {
    auto const beat_every = std::chrono::duration_cast<nanoseconds>(o_.lease) / 3;
    auto beat = real_clock::now() + beat_every, look = real_clock::now() + o_.refresh;
    std::deque<crew_member> crew;
    std::unique_lock lock(mutex_);
    wanted_ = workers(0);
    while (!(over_ || stop_.stop_requested()) || working_ > 0) {
      for (std::size_t i = 0; i < wanted_ && !over_ && !stop_.stop_requested(); ++i) {
        if (i == crew.size()) crew.emplace_back();
        if (std::exchange(crew[i].works, true)) continue;
        ++working_;
        crew[i].thread = std::jthread([this, i, &member = crew[i]] { work(i, member); });
      }
      woken_.wait_until(lock, std::min({beat, look, real_clock::now() + std::chrono::milliseconds(100)}));
      if (auto const at = real_clock::now(); at >= std::min(beat, look)) {
        lock.unlock();
        if (at >= beat) hands_.renew();
        try {
          if (at >= look) refresh();
        } catch (...) { // the workers will meet it
        }
        if (at >= beat) beat = at + beat_every;
        if (at >= look) look = at + o_.refresh;
        lock.lock();
      }
    }
  }

  void work(std::size_t index, crew_member& me) {
    try {
      typename read_ahead<copy_type>::rooms rooms;
      while (goes_on(index))
        if (auto const t = claim()) {
          try {
            copy_chunk(*t, rooms);
          } catch (...) { // a store that fails chunk after chunk ends the run
            if (++failures_ > o_.chunk_attempts) throw;
          }
        } else
          wait_for_others();
    } catch (...) {
      keep_failure();
      stop_.request_stop();
    }
    std::lock_guard const lock(mutex_);
    me.works = false;
    --working_;
    woken_.notify_all();
  }

  bool goes_on(std::size_t index) {
    std::lock_guard const lock(mutex_);
    return !over_ && !stop_.stop_requested() && index < wanted_;
  }

  std::optional<task> claim() {
    wanted const w = o_.only ? wanted{1, *o_.only, *o_.only} : wanted{};
    auto const got = patiently([&] { return hands_.claim(w); });
    if (!got) return std::nullopt;
    std::lock_guard const lock(mutex_);
    own_[got->item] = {mark::decoded(got->note), false};
    return got;
  }

  /// Where nothing can be claimed: what is left is in other hands, or there is nothing left.
  void wait_for_others() {
    if (o_.only) {
      if (listed().at(*o_.only).state != backfill::work::open) end_soon();
      return;
    }
    auto const c = patiently([&] { return queue_.counts(planned_.id); });
    if (c == backfill::counts{} && planned_.items > 0) throw plan_gone();
    std::unique_lock lock(mutex_);
    if (c.open + c.held == 0) {
      over_ = true;
      woken_.notify_all();
    } else
      woken_.wait_for(lock, std::chrono::milliseconds(200));
  }

  void copy_chunk(task const& t, typename read_ahead<copy_type>::rooms& rooms) {
    mark m = mark::decoded(t.note);
    auto range = cuts_.at(t.item).range;
    if (m.last) range.after = text::decode<key>(*m.last);
    auto limit = allowance();
    if (limit.rows == 0) return static_cast<void>(report(t, {backfill::work::open, m.encoded()}));
    read_ahead<copy_type> ahead(copy_, std::move(range), limit, rooms);
    auto saved_at = o_.timing.now();
    std::uint64_t unsaved = 0;
    try {
      while (auto* const page = ahead.next(limit)) {
        if (!hands_.holds(t.item)) return;
        auto const step = count(*page, copy_.write(*page));
        m += step;
        unsaved += step.covered();
        auto const wait = account(t.item, m, step, page->ends, page->spent);
        if (page->ends || unsaved >= plan_.rows / saves_a_plan || o_.timing.now() - saved_at >= o_.save_every) {
          if (!report(t, {page->ends ? backfill::work::done : backfill::work::held, m.encoded()})) return disown(t);
          saved_at = o_.timing.now();
          unsaved = 0;
        }
        if (wait.count() > 0) o_.timing.sleep(wait, stop_.get_token());
        if (page->ends) return;
        limit = allowance();
        if (limit.rows == 0) break;
      }
    } catch (...) {
      note_failure(t, m);
      throw;
    }
    report(t, {backfill::work::open, m.encoded()});
  }

  bool report(task const& t, backfill::report const& r) {
    return patiently([&] { return hands_.report(t, r); });
  }

  void disown(task const& t) {
    std::lock_guard const lock(mutex_);
    own_.erase(t.item);
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
      if (covered_.refused_keys.size() + step.refused_keys.size() < o_.most_listed) step.refused_keys.push_back(k);
    return step;
  }

  /// How long this worker has to wait now.
  nanoseconds account(std::uint64_t item, mark const& whole, mark const& step, bool done, load const& spent) {
    std::lock_guard const lock(mutex_);
    failures_ = 0;
    own_[item] = {whole, done};
    covered_.add(step);
    if (done) covered_.add(backfill::work::done);
    own_copied_ += step.copied;
    auto const at = o_.timing.now();
    progress_->add(at, step.covered());
    if (too_many_refused()) stop_.request_stop();
    pause wait = limits_.after(spent, at);
    if (auto const other = o_.throttle(spent, at); other.time > wait.time) wait = other;
    if (wait.time.count() > 0) throttled_[wait.reason] += wait.time;
    throttle_ = wait.time.count() > 0 ? wait.reason : std::string_view{};
    o_.told(now());
    return wait.time;
  }

  /// What the next page may hold: at most what the limits allow in a second. No rows: stop.
  page_limit allowance() {
    for (;;) {
      if (stop_.stop_requested()) return 0;
      {
        std::lock_guard const lock(mutex_);
        auto const live = o_.live();
        obey(live);
        if (!paused_) {
          auto const bounded = [&](std::uint64_t most, double rate) {
            rate /= static_cast<double>(processes_);
            bool const less = rate > 0 && rate < static_cast<double>(most);
            return std::max<std::uint64_t>(less ? static_cast<std::uint64_t>(rate) : most, 1);
          };
          return {static_cast<std::size_t>(bounded(live.batch, live.rows_per_second)),
                  bounded(live.page_bytes, live.bytes_per_second)};
        }
        o_.told(now());
      }
      o_.timing.sleep(std::chrono::milliseconds(100), stop_.get_token());
    }
  }

  void obey(settings const& live) {
    rows_.rate(live.rows_per_second / static_cast<double>(processes_));
    bytes_.rate(live.bytes_per_second / static_cast<double>(processes_));
    latency_.limit({std::chrono::microseconds(live.old_p99), std::chrono::microseconds(live.new_p99)});
    paused_ = live.paused;
    wanted_ = workers(live.workers);
  }

  std::size_t workers(std::uint64_t live) const {
    auto const most = std::max<std::uint64_t>(o_.only ? 1 : plan_.chunks(), 1);
    return static_cast<std::size_t>(std::clamp<std::uint64_t>(live > 0 ? live : o_.workers, 1, most));
  }

  std::vector<item> listed() {
    auto all = patiently([&] { return queue_.items(planned_.id); });
    if (all.size() != planned_.items) throw plan_gone();
    return all;
  }

  /// Takes over what the queue says of all chunks but this process's own.
  void refresh() {
    auto const all = listed();
    std::lock_guard const lock(mutex_);
    coverage c{true, plan_.rows, plan_.chunks(), 0, 0, 0, 0, {}, 0, 0};
    std::set<std::string_view> others;
    for (auto const& one : all) {
      auto const own = own_.find(one.id);
      bool const known = own != own_.end() && (own->second.done || hands_.holds(one.id));
      c.add(known ? own->second.mark : mark::decoded(one.note));
      c.add(!known ? one.state : own->second.done ? backfill::work::done : backfill::work::held);
      if (one.state == backfill::work::held && one.worker != o_.worker) others.insert(one.worker);
    }
    covered_ = std::move(c);
    processes_ = others.size() + 1;
    auto const at = o_.timing.now();
    if (!progress_) progress_.emplace(at, plan_.rows, covered_.covered());
    if (covered_.covered() > progress_->done()) progress_->add(at, covered_.covered() - progress_->done());
    if (too_many_refused()) stop_.request_stop();
  }

  ending how_it_ended() {
    if (o_.only) {
      auto const state = listed().at(*o_.only).state;
      if (state == backfill::work::done) return ending::complete;
      if (state == backfill::work::held) return ending::held;
    } else if (covered_.complete())
      return ending::complete;
    if (too_many_refused()) return ending::refused;
    return covered_.failed > 0 && !o_.stop.stop_requested() ? ending::failed : ending::stopped;
  }

  bool too_many_refused() const { return covered_.refused > o_.most_refused; }

  void end_soon() {
    stop_.request_stop();
    woken_.notify_all();
  }

  status now() const {
    auto const at = o_.timing.now();
    return {covered_,   progress_->rows_per_second(at), progress_->left(at), throttled_, paused_, throttle_, processes_,
            own_copied_};
  }

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
  std::map<std::uint64_t, own_chunk> own_;
  std::size_t wanted_ = 1;  ///< workers
  std::size_t working_ = 0; ///< workers
  bool over_ = false;
  backfill::coverage covered_{};
  std::optional<progress> progress_;
  rate_limit rows_ = rate_limit::rows(), bytes_ = rate_limit::bytes();
  adaptive latency_{{}, o_.probe};
  all_of<rate_limit&, rate_limit&, adaptive&> limits_{rows_, bytes_, latency_};
  std::map<std::string_view, nanoseconds> throttled_;
  std::string_view throttle_;
  bool paused_ = false;
  std::size_t processes_ = 1;
  std::uint64_t own_copied_ = 0;
  std::exception_ptr failure_;
};

} // namespace zddm::backfill
