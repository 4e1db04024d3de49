// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/hana/define_struct.hpp>

#include <zddm/lifecycle/entry.hpp>
#include <zddm/lifecycle/measures.hpp>
#include <zddm/lifecycle/state_store.hpp>

namespace zddm::lifecycle {

/// What happened to a migration in one span of time. Instants are milliseconds since 1970, UTC.
struct point {
  BOOST_HANA_DEFINE_STRUCT(point, (std::int64_t, from), (std::int64_t, until), (tally, counted), // by the processes
                           (std::uint64_t, verified),                                            // keys compared by verifications
                           (std::uint64_t, left_open),                                           // and wrong at every look
                           (std::uint64_t, rows),                                                // that the backfill went over
                           (std::optional<std::uint64_t>, unknown),            // keys unknown in New, when last counted
                           (std::uint64_t, old_p50), (std::uint64_t, old_p99), // of reads, in nanoseconds; 0: none
                           (std::uint64_t, new_p50), (std::uint64_t, new_p99));

  std::uint64_t compared() const { return counted.compared() + verified; }
  std::uint64_t wrong() const { return counted.wrong() + left_open; }

  /// Two spans as one: counts add up, of the rest the later is kept, of the 99th percentiles the greater.
  friend point operator+(point const& a, point const& b) {
    auto const later = [](std::uint64_t x, std::uint64_t y) { return y != 0 ? y : x; };
    return {std::min(a.from, b.from),          std::max(a.until, b.until),    a.counted + b.counted,
            a.verified + b.verified,           a.left_open + b.left_open,     a.rows + b.rows,
            b.unknown ? b.unknown : a.unknown, later(a.old_p50, b.old_p50),   std::max(a.old_p99, b.old_p99),
            later(a.new_p50, b.new_p50),       std::max(a.new_p99, b.new_p99)};
  }
  friend bool operator==(point const&, point const&) = default;
};

/// How the copies agreed over some time.
struct agreement {
  std::uint64_t compared = 0;
  std::uint64_t wrong = 0;
  std::int64_t from = 0; ///< when the first of them was compared, milliseconds since 1970; with `compared` only

  /// 0 to 1; nothing where nothing was compared.
  std::optional<double> share() const {
    if (compared == 0) return std::nullopt;
    return 1 - static_cast<double>(std::min(wrong, compared)) / static_cast<double>(compared);
  }
};

/// The course of a migration, at `m/NAME/series`: at most `most` points, which cover its whole life. Those of the last hour
/// are half a minute apart; where there are too many, the shortest neighbours before that become one.
struct series {
  struct told {
    BOOST_HANA_DEFINE_STRUCT(told, (std::uint64_t, process), (tally, counted));
    friend bool operator==(told const&, told const&) = default;
  };
  struct wait {
    BOOST_HANA_DEFINE_STRUCT(wait, (std::string, reason), (std::uint64_t, milliseconds));
    friend bool operator==(wait const&, wait const&) = default;
  };
  BOOST_HANA_DEFINE_STRUCT(series, (std::vector<point>, points), // oldest first
                           (std::vector<told>, processes),       // what they had counted when they were last asked
                           (std::int64_t, asked),                // when that was
                           (std::uint64_t, covered),             // rows, when the backfill last told
                           (std::vector<wait>, waited));         // by the backfill, for each reason

  static constexpr std::int64_t apart = 30'000;
  static constexpr std::int64_t lately = 3'600'000;
  static constexpr std::size_t most = 240;

  void add(point p) {
    for (auto& one : points) { // the clock was set back: what lies ahead of it is now
      one.until = std::min(one.until, p.until);
      one.from = std::min(one.from, one.until);
    }
    bool const apart_enough = points.empty() || p.until - points.back().from >= apart;
    if (!points.empty()) p.from = std::max(p.from, apart_enough ? points.back().until : points.back().from);
    if (apart_enough)
      points.push_back(std::move(p));
    else
      points.back() = points.back() + p;
    if (points.size() > most) join();
  }

  /// What was compared in spans that ended after the instant.
  agreement since(std::int64_t instant) const {
    agreement a;
    for (auto const& one : points) {
      if (one.until <= instant || one.compared() == 0) continue;
      if (a.compared == 0) a.from = one.from;
      a.compared += one.compared();
      a.wrong += one.wrong();
    }
    return a;
  }

  /// Of the backfill in the last five minutes; nothing while none is known.
  std::optional<double> rows_per_second(std::int64_t now) const {
    constexpr std::int64_t window = 300'000;
    std::int64_t from = 0;
    std::uint64_t rows = 0;
    for (auto const& one : points) {
      if (one.rows == 0 || one.until <= now - window) continue;
      if (rows == 0) from = one.from;
      rows += one.rows;
    }
    if (rows == 0 || from >= now) return std::nullopt;
    return 1000 * static_cast<double>(rows) / static_cast<double>(now - from);
  }

  /// Forgets the course so far; what processes have counted until now is not counted later either.
  void begin_anew() {
    points.clear();
    waited.clear();
    covered = 0;
  }

  void add_wait(std::string_view reason, std::uint64_t milliseconds) {
    auto at = std::ranges::find(waited, reason, &wait::reason);
    if (at == waited.end()) at = waited.insert(at, wait{std::string(reason), 0});
    at->milliseconds += milliseconds;
  }

  friend bool operator==(series const&, series const&) = default;

private:
  void join() {
    auto best = points.begin();
    auto const span = [](auto at) { return std::next(at)->until - at->from; };
    for (auto at = points.begin(); std::next(at, 2) != points.end() && std::next(at)->until < points.back().until - lately; ++at)
      if (span(at) < span(best)) best = at;
    *best = *best + *std::next(best);
    points.erase(std::next(best));
  }
};

/// Milliseconds since 1970, UTC.
inline std::int64_t wall_milliseconds() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// The course so far, and the revision a change of it expects. Throws error 201 or 202, as `entry::decode`.
template <state_store Store> std::pair<series, std::uint64_t> load_series(Store& store, std::string_view name) {
  auto const path = entry::path(name, "series");
  auto const found = store.read(path);
  if (!found) return {};
  return {entry::decode<series>("series", path, found->value), found->revision};
}

/// Changes the course by `change(series&)`, which may be called again, whatever others change meanwhile.
template <state_store Store, class Change> void change_series(Store& store, std::string_view name, Change&& change_it) {
  for (bool done = false; !done;) {
    auto [all, revision] = load_series(store, name);
    change_it(all);
    std::array<change, 1> const next{{{entry::path(name, "series"), revision, entry::encode("series", all)}}};
    done = store.commit(next);
  }
}

/// Adds what happened since `p.from` until now.
template <state_store Store> void add_to_series(Store& store, std::string_view name, point p) {
  p.until = std::max(wall_milliseconds(), p.from);
  change_series(store, name, [&](series& all) { all.add(p); });
}

/// Adds the rows that the backfill has covered by now and had not when it was last said, and what it waited since. Fewer
/// rows than then: it began anew.
template <state_store Store>
void add_rows_to_series(Store& store, std::string_view name, std::uint64_t covered,
                        std::vector<series::wait> const& waited = {}) {
  point p{};
  p.until = wall_milliseconds();
  change_series(store, name, [&](series& all) {
    p.from = all.points.empty() ? p.until : all.points.back().until;
    p.rows = covered - (covered < all.covered ? 0 : all.covered);
    all.covered = covered;
    all.add(p);
    for (auto const& one : waited) all.add_wait(one.reason, one.milliseconds);
  });
}

} // namespace zddm::lifecycle
