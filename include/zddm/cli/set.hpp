// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/core.h>

#include <zddm/backfill/settings.hpp>
#include <zddm/cli/failure.hpp>
#include <zddm/cli/options.hpp>
#include <zddm/cli/session.hpp>
#include <zddm/cli/subject.hpp>

namespace zddm::cli {

namespace detail {

/// "5000", "64K", "8M", "1G"; nothing for any other text.
inline std::optional<std::uint64_t> parse_amount(std::string_view text) {
  std::uint64_t n = 0;
  auto const [rest, problem] = std::from_chars(text.data(), text.data() + text.size(), n);
  std::string_view const unit(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
  auto const shift = unit.empty() ? 0 : unit == "K" ? 10 : unit == "M" ? 20 : unit == "G" ? 30 : -1;
  if (problem != std::errc{} || shift < 0 || n > (std::uint64_t{1} << 60) >> shift) return std::nullopt;
  return n << shift;
}

/// A latency of at most a day, in microseconds.
inline std::optional<std::uint64_t> parse_latency(std::string_view text) {
  auto const time = parse_time(text);
  if (!time || *time > std::chrono::hours(24)) return std::nullopt;
  return static_cast<std::uint64_t>(time->count()) * 1000;
}

/// Changes one setting as `name=value` says. Throws `failure` for what is no setting.
inline void assign(backfill::settings& s, std::string_view text, subject const& m) {
  auto const equals = text.find('=');
  auto const name = text.substr(0, equals);
  auto const value = equals == std::string_view::npos ? std::string_view{} : text.substr(equals + 1);
  auto const amount = parse_amount(value);
  auto const latency = parse_latency(value);
  if (name == "rate" && amount)
    s.rows_per_second = static_cast<double>(*amount);
  else if (name == "bytes" && amount)
    s.bytes_per_second = static_cast<double>(*amount);
  else if (name == "batch" && amount && *amount > 0)
    s.batch = *amount;
  else if (name == "page" && amount && *amount > 0)
    s.page_bytes = *amount;
  else if (name == "workers" && amount && *amount <= 1000)
    s.workers = *amount;
  else if (name == "old-p99" && latency)
    s.old_p99 = *latency;
  else if (name == "new-p99" && latency)
    s.new_p99 = *latency;
  else
    throw failure(415, exit_code::usage, fmt::format("'{}' is no setting", text),
                  {{"rate, bytes: a second, 0 for no limit; batch: rows and page: bytes of a page; workers: of each process",
                    fmt::format("zd set {} rate=5000 bytes=64M batch=1000 workers=2", m.name())},
                   {"old-p99, new-p99: the latency above which the backfill backs off, 0 for any",
                    fmt::format("zd set {} old-p99=25ms", m.name())}});
}

inline json as_json(backfill::settings const& s) {
  return {{"rows_per_second", s.rows_per_second},
          {"bytes_per_second", s.bytes_per_second},
          {"batch", s.batch},
          {"page_bytes", s.page_bytes},
          {"workers", s.workers},
          {"old_p99_us", s.old_p99},
          {"new_p99_us", s.new_p99},
          {"paused", s.paused}};
}

inline std::string in_words(backfill::settings const& s) {
  return fmt::format("rate={:.0f} bytes={:.0f} batch={} page={} workers={} old-p99={}ms new-p99={}ms{}", s.rows_per_second,
                     s.bytes_per_second, s.batch, s.page_bytes, s.workers, s.old_p99 / 1000, s.new_p99 / 1000,
                     s.paused ? " paused" : "");
}

/// Changes the settings by `f`, keeps it in the history under `note`, and says what holds then.
template <class F> void change_pace(session& s, subject const& m, std::string const& note, F&& f) {
  auto next = backfill::settings_of(s.state, m.name());
  f(next);
  bool const only_said = !note.empty() && s.asked.dry_run;
  if (!note.empty() && !only_said) {
    next = backfill::change_settings(s.state, m.name(), f);
    s.remark(m.name(), note);
  }
  s.out.event("settings", {{"migration", m.name()}, {"settings", as_json(next)}});
  s.out.line(fmt::format("{}: {}{}{}", m.name(), only_said ? "would be " : "", in_words(next),
                         only_said ? "; nothing was changed" : ""));
}

} // namespace detail

/// Shows the live settings of a backfill, or changes some of them: `rate=5000 batch=1000`. Every worker of every process obeys
/// within a chunk.
inline void set(session& s, subject& m) {
  std::string note;
  for (auto const& one : s.asked.assignments) note += (note.empty() ? "" : " ") + one;
  detail::change_pace(s, m, note, [&](backfill::settings& now) {
    for (auto const& one : s.asked.assignments) detail::assign(now, one, m);
  });
}

} // namespace zddm::cli
