// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <zddm/backfill/checkpoint.hpp>
#include <zddm/backfill/chunk.hpp>
#include <zddm/backfill/copy.hpp>
#include <zddm/backfill/coverage.hpp>
#include <zddm/backfill/pages.hpp>
#include <zddm/backfill/progress.hpp>
#include <zddm/backfill/throttle.hpp>
#include <zddm/core/error.hpp>
#include <zddm/core/store.hpp>
#include <zddm/core/text.hpp>
#include <zddm/core/timing.hpp>
#include <zddm/lifecycle/state_store.hpp>

namespace zddm::backfill {

/// What may change while a backfill runs; obeyed from the next page on.
struct settings {
  std::size_t batch = 10'000; ///< rows a page, which New takes in one step
  double rows_per_second = 0; ///< over all workers; zero: no limit
  bool paused = false;
};

enum class ending {
  complete, ///< every chunk is done
  stopped,  ///< on request; the checkpoint is saved
  refused   ///< more rows than allowed have no counterpart in New's shape; the checkpoint is saved
};

/// Where a running backfill is. `covered` of it is saved no later than `options::save_every` after it was told.
struct status {
  backfill::coverage coverage;
  std::optional<double> rows_per_second;                          ///< lately; nothing at first
  std::optional<std::chrono::seconds> left;                       ///< nothing: unknown
  std::map<std::string_view, std::chrono::nanoseconds> throttled; ///< by reason, summed over the workers
  bool paused = false;
};

struct options {
  std::string identity; ///< of the migration: a plan made for another one is refused
  std::size_t workers = 1;
  std::uint64_t rows_a_chunk = 100'000;
  std::size_t most_chunks = 4096;
  std::chrono::milliseconds save_every{200};                      ///< a killed run repeats at most this much work of each worker
  std::uint64_t most_refused = 100;                               ///< more of them end the run
  std::size_t most_listed = 100;                                  ///< keys of refused rows that are remembered
  int attempts = 6;                                               ///< for a page whose store fails with a transient error
  std::function<settings()> live = [] { return settings{}; };     ///< asked before every page
  std::function<void(status const&)> told = [](status const&) {}; ///< after every page
  std::function<pause(load const&, std::chrono::nanoseconds)> throttle = [](auto const&...) { return pause{}; };
  zddm::timing timing;
  std::stop_token stop;
};

struct result {
  backfill::ending ending = ending::stopped;
  backfill::status status;
};

namespace detail {

template <class Old, class New, class State> class job {
public:
  job(Old& from, New& to, State& state, std::string_view name, options const& o)
      : o_(o), copy_(from, to), saved_(state, name), plan_(stored_or_made(from)), cuts_(cuts()), held_(saved_.marks(plan_)),
        covered_(covered()), progress_(o.timing.now(), plan_.rows, covered_.covered()) {}

  result run() {
    std::stop_callback const passed_on(o_.stop, [this] { stop_.request_stop(); });
    if (too_many_refused()) stop_.request_stop();
    {
      std::vector<std::jthread> others;
      for (std::size_t i = 1; i < std::min(o_.workers, plan_.chunks()); ++i) others.emplace_back([this] { work(); });
      work();
    }
    if (failure_) std::rethrow_exception(failure_);
    auto const how = covered_.complete() ? ending::complete : too_many_refused() ? ending::refused : ending::stopped;
    return {how, now()};
  }

private:
  using key = key_of<Old>;
  using copy_type = backfill::copy<Old, New>;
  using held = typename checkpoint<State>::held;
  using nanoseconds = std::chrono::nanoseconds;

  /// The copy as one worker does it: what fails for a moment is done again, and the time it takes is noted.
  struct careful_copy {
    using key = job::key;
    using page_type = typename copy_type::page_type;

    job& j;
    load spent;

    void read(key_range<key> const& range, std::size_t limit, page_type& page) {
      spent.reading = j.timed([&] { j.template persist<Old>([&] { j.copy_.read(range, limit, page); }); });
    }
    std::size_t write(page_type const& page) {
      std::size_t taken = 0;
      spent.writing = j.timed([&] { j.template persist<New>([&] { taken = j.copy_.write(page); }); });
      spent.rows = page.rows.size() + page.refused.size();
      return taken;
    }
  };

  backfill::plan stored_or_made(Old& from) {
    auto found = saved_.plan();
    if (!found) {
      auto const now = cut(from, o_.rows_a_chunk, o_.most_chunks);
      backfill::plan made{worker_, o_.identity, now.rows, {}, now.tail};
      for (auto const& bound : now.bounds) made.bounds.push_back(text::encode(bound));
      found = saved_.begin(made) ? made : saved_.plan();
    }
    if (!found || found->identity != o_.identity)
      throw error(240, "the stored plan of this backfill was made for another definition of the migration; nothing was "
                       "copied. Run zd migrate --restart to plan again: rows that are in New already are skipped");
    return *found;
  }

  backfill::cuts<key> cuts() const {
    backfill::cuts<key> all{{}, plan_.tail};
    for (auto const& bound : plan_.bounds) all.bounds.push_back(text::decode<key>(bound));
    return all;
  }

  backfill::coverage covered() const {
    backfill::coverage c{true, plan_.rows, plan_.chunks(), 0, 0, 0, 0, {}};
    for (auto const& h : held_) c.add(h.mark);
    return c;
  }

  void work() {
    try {
      while (auto const id = claim()) copy_chunk(*id);
    } catch (...) {
      std::lock_guard const lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      stop_.request_stop();
    }
  }

  std::optional<std::size_t> claim() {
    std::lock_guard const lock(mutex_);
    while (next_ < held_.size() && held_[next_].mark.done) ++next_;
    if (next_ == held_.size() || stop_.stop_requested()) return std::nullopt;
    return next_++;
  }

  void copy_chunk(std::size_t id) {
    held& h = held_[id];
    h.mark.worker = worker_;
    auto range = cuts_.at(id).range;
    if (h.mark.last) range.after = text::decode<key>(*h.mark.last);
    std::optional<key> last;
    auto const save = [&] {
      if (last) h.mark.last = text::encode(*last);
      persist<State>([&] { saved_.save(plan_, id, h); });
    };
    careful_copy copier{*this, {}};
    typename copy_type::page_type room;
    auto saved_at = o_.timing.now();
    bool saved = true;
    for (auto const& page : pages<careful_copy>(copier, std::move(range), [this] { return allowance(); }, room)) {
      mark const step = count(page, copier.write(page));
      h.mark.done = step.done;
      h.mark.copied += step.copied;
      h.mark.skipped += step.skipped;
      h.mark.refused += step.refused;
      h.mark.refused_keys.insert(h.mark.refused_keys.end(), step.refused_keys.begin(), step.refused_keys.end());
      if (page.last) last = page.last;
      saved = page.ends || o_.timing.now() - saved_at >= o_.save_every;
      if (saved) {
        save();
        saved_at = o_.timing.now();
      }
      if (auto const wait = account(step, copier.spent); wait.count() > 0) o_.timing.sleep(wait, stop_.get_token());
    }
    if (!saved) save();
  }

  mark count(typename copy_type::page_type const& page, std::size_t taken) {
    mark step{page.ends, std::nullopt, taken, page.rows.size() - taken, page.refused.size(), {}, {}};
    std::lock_guard const lock(mutex_);
    for (auto const& k : page.refused)
      if (covered_.refused_keys.size() + step.refused_keys.size() < o_.most_listed) step.refused_keys.push_back(k);
    return step;
  }

  /// How long this worker has to wait now.
  nanoseconds account(mark const& step, load const& spent) {
    std::lock_guard const lock(mutex_);
    auto const at = o_.timing.now();
    covered_.add(step);
    progress_.add(at, spent.rows);
    if (too_many_refused()) stop_.request_stop();
    pause wait = limit_.after(spent, at);
    if (auto const other = o_.throttle(spent, at); other.time > wait.time) wait = other;
    if (wait.time.count() > 0) throttled_[wait.reason] += wait.time;
    o_.told(now());
    return wait.time;
  }

  /// Rows the next page may have: at most what the limit allows in a second. Zero: stop.
  std::size_t allowance() {
    for (;;) {
      if (stop_.stop_requested()) return 0;
      {
        std::lock_guard const lock(mutex_);
        auto const live = o_.live();
        limit_.rate(live.rows_per_second);
        paused_ = live.paused;
        if (!paused_) {
          auto const rate = live.rows_per_second;
          auto const batch = std::max<std::size_t>(live.batch, 1);
          return rate > 0 && rate < static_cast<double>(batch) ? static_cast<std::size_t>(std::max(rate, 1.0)) : batch;
        }
        o_.told(now());
      }
      o_.timing.sleep(std::chrono::milliseconds(100), stop_.get_token());
    }
  }

  bool too_many_refused() const { return covered_.refused > o_.most_refused; }

  status now() const {
    auto const at = o_.timing.now();
    return {covered_, progress_.rows_per_second(at), progress_.left(at), throttled_, paused_};
  }

  template <class F> nanoseconds timed(F&& f) const {
    auto const start = o_.timing.now();
    f();
    return o_.timing.now() - start;
  }

  /// Does it again while the store says that nothing was applied and that it may work later.
  template <class Store, class F> void persist(F&& f) {
    for (int left = o_.attempts;; --left) {
      try {
        return f();
      } catch (...) {
        if (left <= 1 || stop_.stop_requested() || classify_current<Store>() != error_class::transient) throw;
      }
      o_.timing.sleep(std::chrono::milliseconds(10) * (1 << std::clamp(o_.attempts - left, 0, 7)), stop_.get_token());
    }
  }

  static std::string unique_name() {
    std::random_device random;
    return std::to_string(random()) + "-" + std::to_string(random()) + "-" + std::to_string(random());
  }

  options const& o_;
  std::string const worker_ = unique_name();
  copy_type copy_;
  checkpoint<State> saved_;
  backfill::plan const plan_;
  backfill::cuts<key> const cuts_;
  std::vector<held> held_; ///< each belongs to the worker that claimed it
  std::stop_source stop_;

  std::mutex mutex_; ///< guards what is below, and the functions of the options
  std::size_t next_ = 0;
  backfill::coverage covered_;
  progress progress_;
  row_limit limit_;
  std::map<std::string_view, nanoseconds> throttled_;
  bool paused_ = false;
  std::exception_ptr failure_;
};

} // namespace detail

/// Copies every row that Old has now to New, and goes on where an earlier run of the same name stopped or died.
/// While it runs every writer must write both stores: rows added meanwhile are theirs.
/// Throws what a store throws (the checkpoint stays), ZD-240 if the plan was made for another identity, and ZD-241 if
/// another run has taken over.
template <scannable_store Old, target<Old> New, lifecycle::state_store State>
result run(Old& from, New& to, State& state, std::string_view name, options const& o = {}) {
  return detail::job<Old, New, State>(from, to, state, name, o).run();
}

} // namespace zddm::backfill
