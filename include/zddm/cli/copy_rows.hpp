// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include <zddm/backfill/run.hpp>
#include <zddm/backfill/settings.hpp>
#include <zddm/backfill/state_queue.hpp>
#include <zddm/backfill/worker.hpp>
#include <zddm/cli/course.hpp>
#include <zddm/cli/failure.hpp>
#include <zddm/cli/interruption.hpp>
#include <zddm/cli/progress.hpp>
#include <zddm/cli/session.hpp>
#include <zddm/cli/subject.hpp>
#include <zddm/core/error.hpp>
#include <zddm/lifecycle/identity.hpp>
#include <zddm/lifecycle/measures.hpp>

namespace zddm::cli {

namespace detail {

using wall_time = std::chrono::steady_clock;

/// The settings of a migration as they are, or were up to a quarter of a second ago; the last ones known while the state store
/// does not answer.
class live_settings {
public:
  live_settings(shared_state& state, std::string_view name) : state_(state), name_(name) {}

  backfill::settings operator()() {
    auto const now = wall_time::now();
    if (!read_ || now - *read_ >= std::chrono::seconds(1) / 4) try {
        known_ = backfill::settings_of(state_, name_);
        read_ = now;
      } catch (store_error const&) { // the copy itself will meet it, if it lasts
      }
    return known_;
  }

private:
  shared_state& state_;
  std::string name_;
  backfill::settings known_;
  std::optional<wall_time::time_point> read_;
};

/// Tells the others what this process does, at once and twice in five seconds, until it ends.
class worker_told {
public:
  worker_told(shared_state& state, std::string_view name, std::string id) : state_(state), name_(name), id_(std::move(id)) {}
  worker_told(worker_told const&) = delete;
  worker_told& operator=(worker_told const&) = delete;
  ~worker_told() {
    try {
      backfill::retire(state_, name_, id_);
    } catch (...) { // it ends by itself
    }
  }

  /// Before the first page.
  void begin() { tell({}); }

  void operator()(backfill::status const& s) {
    auto const now = wall_time::now();
    if (told_ && now - *told_ < std::chrono::seconds(2)) return;
    told_ = now;
    tell(s);
  }

private:
  void tell(backfill::status const& s) {
    try {
      backfill::publish(state_, name_, id_, backfill::worker::of(s), std::chrono::seconds(15));
    } catch (store_error const&) { // it is told again
    }
  }

  shared_state& state_;
  std::string name_, id_;
  std::optional<wall_time::time_point> told_;
};

/// What the processes measured lately; zero where they tell nothing.
inline backfill::latency latency_of(shared_state& state, std::string_view name) {
  try {
    auto const all = lifecycle::sum(lifecycle::measures_of(state, name));
    return {all.old_reads.quantile(0.99), all.new_reads.quantile(0.99)};
  } catch (store_error const&) {
    return {};
  }
}

inline failure too_many_refused(subject const& m, backfill::coverage const& c) {
  std::vector<finding> keys;
  for (auto const& key : c.refused_keys)
    if (keys.size() < 10) keys.push_back({fmt::format("key {}", key), ""});
  return {307, exit_code::failed, fmt::format("{} rows of {} have no counterpart in New's shape", c.refused, m.name()),
          std::move(keys),
          fmt::format("those rows are in Old, untouched; what was copied stays. Widen the mapping or correct the rows, "
                      "then zd migrate {} --restart.",
                      m.name())};
}

inline failure chunks_failed(session const& s, subject const& m) {
  std::vector<finding> chunks;
  backfill::state_queue<shared_state> queue(s.state, m.name());
  if (auto const plan = queue.plan())
    for (auto const& one : queue.items(plan->id))
      if (one.state == backfill::work::failed && chunks.size() < 10)
        chunks.push_back({fmt::format("chunk {}: {}", one.id, one.reason), ""});
  return {312, exit_code::failed, fmt::format("chunks of {} were left out because they failed again and again", m.name()),
          std::move(chunks),
          fmt::format("all others are copied, and nothing was lost. Mend what failed, then zd migrate {}.", m.name())};
}

} // namespace detail

/// One process's part in the copy of a migration, until no chunk is left: shows how it gets on, obeys the live settings, backs
/// off where the application finds a store slow. `more` may change its options. Throws `interrupted` with what was done saved,
/// and `failure` where too many rows have no counterpart or chunks were left out.
inline backfill::result copy_rows(session& s, subject& m, std::function<void(backfill::options&)> const& more = {}) {
  progress shown(s.out, m.name());
  course noted(s.state, m.name());
  detail::live_settings live(s.state, m.name());
  backfill::options how;
  how.identity = fmt::format("{} {} {}", m.name(), m.from(), m.to());
  how.worker = backfill::unique_worker(lifecycle::identity::self().who());
  detail::worker_told told(s.state, m.name(), how.worker);
  how.live = [&] { return live(); };
  how.probe = [&] { return detail::latency_of(s.state, m.name()); };
  how.told = [&](backfill::status const& now) {
    shown(now);
    noted(now.throttled);
    told(now);
  };
  how.stop = s.stop.token();
  if (more) more(how);
  if (!how.plan_only) told.begin();
  auto result = m.copy(s.state, how);
  if (how.plan_only) return result;
  shown.finish(result.status);
  noted.finish(result.status.throttled);
  if (result.ending == backfill::ending::stopped) throw interrupted{};
  if (result.ending == backfill::ending::refused) throw detail::too_many_refused(m, result.status.coverage);
  if (result.ending == backfill::ending::failed) throw detail::chunks_failed(s, m);
  return result;
}

} // namespace zddm::cli
