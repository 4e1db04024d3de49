// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include <zddm/cli/clocks.hpp>
#include <zddm/cli/condition.hpp>
#include <zddm/cli/hold.hpp>
#include <zddm/cli/measured.hpp>
#include <zddm/cli/session.hpp>
#include <zddm/cli/subject.hpp>
#include <zddm/lifecycle/barrier.hpp>
#include <zddm/lifecycle/drive.hpp>
#include <zddm/lifecycle/lease.hpp>
#include <zddm/lifecycle/sample.hpp>
#include <zddm/lifecycle/transition.hpp>

/// What the commands that move a migration have in common.
namespace zddm::cli {

/// The command that leads on from a row; empty at the end.
inline std::string_view next_command(lifecycle::row at) {
  using lifecycle::row;
  switch (at) {
  case row::unrun:
  case row::preparing: return "prepare";
  case row::prepared:
  case row::migrating: return "migrate";
  case row::migrated:
  case row::switching: return "switch";
  case row::switched:
  case row::completing: return "complete";
  case row::completed: return "destroy";
  case row::destroyed: break;
  }
  return "";
}

class step_run {
public:
  /// Throws `failure` where the step does not start from the present row.
  step_run(session& s, subject& m, lifecycle::step asked) : s_(s), m_(m), asked_(asked) {
    auto const r = s_.record(m_.name());
    auto const& path = lifecycle::path_of(asked_);
    bool const forward = asked_ != lifecycle::step::roll_back && asked_ != lifecycle::step::switch_off;
    if (!lifecycle::done(asked_, r.now.at) && !lifecycle::next_row(asked_, r.now.at)) {
      std::vector<finding> findings{
          {fmt::format("it is {}, and {} starts from {}", to_string(r.now.at), path.name,
                       asked_ == lifecycle::step::roll_back ? "a state before completed" : to_string(path.from)),
           next_command(r.now.at).empty() || !forward ? std::string()
                                                      : fmt::format("zd {} {}", next_command(r.now.at), m_.name())}};
      throw failure(301, exit_code::refused, fmt::format("cannot {} {}", path.name, m_.name()), std::move(findings));
    }
    if (forward && !lifecycle::done(asked_, r.now.at) && r.now.shut != lifecycle::quarantine::none)
      throw failure(309, exit_code::refused, fmt::format("cannot {} {} while New is in quarantine", path.name, m_.name()),
                    {{"New could not be reached; reads go to Old", fmt::format("zd repair {}", m_.name())}});
    require_clock(s_.state, m_.name());
  }

  lifecycle::record record() const { return s_.record(m_.name()); }

  std::vector<condition> conditions() const {
    lifecycle::sample(s_.state, m_.name());
    auto const at = record();
    auto const copied = backfill::coverage_of(s_.state, m_.name());
    auto const processes = lifecycle::leases(s_.state, m_.name());
    measured const calls(s_, m_.name());
    return conditions_of(asked_, m_.name(), m_.between_stores(), m_.thresholds(),
                         {at, copied, processes, calls.course, calls.ratio()});
  }

  /// Throws `failure` where a condition named in `which` is neither met nor overridden.
  std::string require(std::vector<std::string_view> const& which) const {
    auto all = conditions();
    std::erase_if(all, [&](auto const& one) { return std::ranges::find(which, one.name) == which.end(); });
    return cli::require(asked_, m_.name(), all, s_.asked);
  }

  /// Says which rows would be walked; for `--dry-run`.
  void plan() const {
    auto at = record().now.at;
    std::string text(to_string(at));
    json rows = json::array({to_string(at)});
    while (auto const next = lifecycle::next_row(asked_, at)) {
      at = *next;
      text += fmt::format(" -> {}", to_string(at));
      rows.push_back(to_string(at));
    }
    s_.out.event("plan", {{"migration", m_.name()}, {"rows", rows}});
    s_.out.line(fmt::format("{}: would go {}; nothing was changed", m_.name(), text));
  }

  /// Walks to the end; says whether it was there already. `before(snapshot, next)` works while every process obeys the settings
  /// at hand; `note` goes to the audit trail.
  template <class Before> bool walk(hold& h, std::string const& note, Before&& before) {
    auto const announce = [&](lifecycle::snapshot const& at, lifecycle::settings const& next) {
      before(at, next);
      s_.stop.check();
      h.confirm();
      if (record().now != at.value.now) return; // it is announced anew
      s_.out.event(
          "moving",
          {{"migration", m_.name()}, {"from", to_string(at.value.now.at)}, {"to", to_string(next.at)}, {"epoch", next.epoch}});
      s_.out.say(fmt::format("{}: {} (epoch {})", m_.name(), to_string(next.at), next.epoch));
    };
    bool const there = lifecycle::done(asked_, record().now.at);
    lifecycle::walk(s_.state, m_.name(), asked_, m_.reach(), {s_.by(m_.name(), note), s_.asked.wait}, announce,
                    [this](std::chrono::milliseconds time) {
                      tell_waiting();
                      s_.stop.sleep(time);
                    });
    return there;
  }

  /// The command's data: where the migration stands now.
  void tell(bool was_there) const {
    auto const r = record();
    s_.out.event("state",
                 {{"migration", m_.name()}, {"row", to_string(r.now.at)}, {"epoch", r.now.epoch}, {"changed", !was_there}});
    s_.out.line(fmt::format("{} is {}{} (epoch {})", m_.name(), was_there ? "already " : "", to_string(r.now.at), r.now.epoch));
  }

private:
  /// Says once a second for whom the step waits: in the line that is redrawn, elsewhere with -v.
  void tell_waiting() {
    auto const now = std::chrono::steady_clock::now();
    if (now < tell_again_) return;
    tell_again_ = now + std::chrono::seconds(1);
    auto const epoch = record().now.epoch;
    auto const late = lifecycle::behind(s_.state, m_.name(), epoch);
    if (late.empty()) return;
    auto text = fmt::format("{}: waiting for {} to obey epoch {}", m_.name(), late.front().who(), epoch);
    if (late.size() > 1) text += fmt::format(", and for {} more", late.size() - 1);
    s_.out.redraw(text);
    if (!s_.out.redraws()) s_.out.detail(text);
  }

  session& s_;
  subject& m_;
  lifecycle::step asked_;
  std::chrono::steady_clock::time_point tell_again_{};
};

/// Throws `failure` unless the user names the migration: by `--yes=NAME`, or when asked on a terminal.
inline void confirm_by_name(session& s, subject const& m, std::string_view what) {
  if (s.asked.confirmed(m.name())) return;
  if (s.out.io().in_terminal && s.out.io().err_terminal && !s.out.how().json &&
      s.out.ask(fmt::format("{} Type the migration's name to go on:", what)) == m.name())
    return;
  throw failure(308, exit_code::refused, fmt::format("{} {} was not confirmed", s.asked.command, m.name()),
                {{"confirm it by name", fmt::format("zd {} {} --yes={}", s.asked.command, m.name(), m.name())}});
}

} // namespace zddm::cli
