// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include <zddm/backfill/progress.hpp>
#include <zddm/backfill/run.hpp>
#include <zddm/cli/condition.hpp>
#include <zddm/cli/console.hpp>
#include <zddm/cli/in_words.hpp>
#include <zddm/verify/run.hpp>

namespace zddm::cli {

/// Shows how a backfill or a comparison gets on: one redrawn line on a terminal, at most ten times a second; else a line
/// `key=value …`, or a JSON event, at once, every ten seconds and at the end.
class progress {
public:
  using clock = std::function<std::chrono::nanoseconds()>;

  progress(
      console& out, std::string_view name, clock now = [] { return std::chrono::steady_clock::now().time_since_epoch(); })
      : out_(out), name_(name), now_(std::move(now)) {}

  void operator()(backfill::status const& s) { show(s); }
  void operator()(verify::status const& s) {
    if (!pace_) pace_.emplace(now_(), s.whole, s.walked);
    pace_->add(now_(), s.walked - std::min(pace_->done(), s.walked));
    show(s);
  }

  /// The last word, whatever was shown before; the line that was redrawn stays.
  template <class Status> void finish(Status const& s) {
    if (out_.redraws())
      out_.say(drawn(s));
    else
      print(s);
  }

private:
  template <class Status> void show(Status const& s) {
    auto const at = now_();
    bool const fast = out_.redraws();
    if (shown_ && at - *shown_ < (fast ? std::chrono::nanoseconds(100'000'000) : std::chrono::seconds(10))) return;
    shown_ = at;
    if (fast)
      out_.redraw(drawn(s));
    else
      print(s);
  }

  std::optional<double> rate() const { return pace_ ? pace_->rows_per_second(now_()) : std::nullopt; }
  std::optional<std::chrono::seconds> left() const { return pace_ ? pace_->left(now_()) : std::nullopt; }

  /// What is over has no time left, and no rate to wait for.
  static std::string pace(std::optional<double> rate, std::optional<std::chrono::seconds> left, bool over) {
    std::string text = rate ? fmt::format("  {:.0f} rows/s", *rate) : over ? "" : "  rate unknown yet";
    if (!over) text += left ? fmt::format("  about {} left", in_words(*left)) : "  time left unknown";
    return text;
  }

  std::string drawn(verify::status const& s) const {
    bool const over = s.found.complete;
    return fmt::format("{}  comparing  {}  {} open", name_, percent(s.walked, std::max(s.whole, s.walked) + (over ? 0 : 1)),
                       s.found.open().total()) +
           pace(rate(), left(), over);
  }

  void print(verify::status const& s) {
    auto const r = rate();
    auto const time = left();
    out_.event("progress", {{"migration", name_},
                            {"phase", "comparison"},
                            {"rows", s.whole},
                            {"walked", s.walked},
                            {"compared", s.found.rows},
                            {"open", s.found.open().total()},
                            {"rows_per_second", r ? json(*r) : json()},
                            {"left_seconds", time ? json(time->count()) : json()}});
    out_.say(fmt::format("migration={} phase=comparison rows={} walked={} compared={} open={} rows_per_second={} left_seconds={}",
                         name_, s.whole, s.walked, s.found.rows, s.found.open().total(),
                         r ? fmt::format("{:.0f}", *r) : "unknown", time ? fmt::format("{}", time->count()) : "unknown"));
  }

  std::string drawn(backfill::status const& s) const {
    auto text = fmt::format("{}  {} of {} chunks  {}", name_, s.coverage.done, s.coverage.chunks,
                            percent(s.coverage.covered(), s.coverage.rows + (s.coverage.complete() ? 0 : 1)));
    text += pace(s.rows_per_second, s.left, s.coverage.complete());
    if (s.paused) text += "  paused";
    if (!s.throttle.empty()) text += fmt::format("  throttled: {}", s.throttle);
    return text;
  }

  void print(backfill::status const& s) {
    auto const& c = s.coverage;
    json seconds = json::object();
    double waited = 0;
    for (auto const& [reason, time] : s.throttled) {
      std::chrono::duration<double> const t = time;
      seconds[std::string(reason)] = t.count();
      waited += t.count();
    }
    out_.event("progress", {{"migration", name_},
                            {"phase", "backfill"},
                            {"chunks", c.chunks},
                            {"chunks_done", c.done},
                            {"rows", c.rows},
                            {"copied", c.copied},
                            {"skipped", c.skipped},
                            {"refused", c.refused},
                            {"rows_per_second", s.rows_per_second ? json(*s.rows_per_second) : json()},
                            {"left_seconds", s.left ? json(s.left->count()) : json()},
                            {"failed_chunks", c.failed},
                            {"processes", s.processes},
                            {"throttle", s.throttle},
                            {"throttled_seconds", seconds},
                            {"paused", s.paused}});
    out_.say(fmt::format(
        "migration={} phase=backfill chunks={} chunks_done={} rows={} copied={} skipped={} refused={} "
        "rows_per_second={} left_seconds={} failed_chunks={} processes={} throttle={} throttled_seconds={:.0f} paused={}",
        name_, c.chunks, c.done, c.rows, c.copied, c.skipped, c.refused,
        s.rows_per_second ? fmt::format("{:.0f}", *s.rows_per_second) : "unknown",
        s.left ? fmt::format("{}", s.left->count()) : "unknown", c.failed, s.processes,
        s.throttle.empty() ? "none" : hyphened(s.throttle), waited, s.paused ? "yes" : "no"));
  }

  static std::string hyphened(std::string_view words) {
    std::string text(words);
    std::ranges::replace(text, ' ', '-');
    return text;
  }

  console& out_;
  std::string name_;
  clock now_;
  std::optional<std::chrono::nanoseconds> shown_;
  std::optional<backfill::progress> pace_; ///< of a comparison
};

} // namespace zddm::cli
