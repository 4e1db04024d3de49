// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <span>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include <zddm/cli/console.hpp>
#include <zddm/cli/session.hpp>
#include <zddm/cli/status.hpp>
#include <zddm/cli/subject.hpp>

namespace zddm::cli {

namespace detail {

/// One migration as `key=value` pairs.
inline std::string pairs(standing const& s, subject const& m) {
  auto const& r = s.record;
  auto const late = std::ranges::count_if(s.processes, [&](auto const& one) { return one.epoch < r.now.epoch; });
  return fmt::format("migration={} row={} epoch={} chunks={} chunks_done={} rows={} covered={} open={} unknown={} "
                     "processes={} behind={} quarantine={}",
                     m.name(), to_string(r.now.at), r.now.epoch, s.copied.chunks, s.copied.done, s.copied.rows,
                     s.copied.covered(), r.proof.mismatches, r.proof.unknown, s.processes.size(), late, to_string(r.now.shut));
}

} // namespace detail

/// Shows `status` until the command is interrupted: redrawn every second on a terminal; elsewhere a line `key=value …`, or a JSON
/// event, for each migration at once, when it changed and every ten seconds.
inline void watch(session& s, std::span<subject const* const> all) {
  using std::chrono::seconds;
  auto const& io = s.out.io();
  auto const& how = s.out.how();
  bool const drawn = io.out_terminal && !how.plain && !how.json;
  std::vector<std::string> last(all.size());
  for (int second = 0;; second = (second + 1) % 10) {
    if (drawn) {
      std::ostringstream text;
      console page({io.in, text, text}, how);
      session inner{s.state, page, s.asked, s.stop};
      if (s.asked.name)
        status(inner, *all.front());
      else
        status(inner, all);
      s.out.screen(text.str() + "\nevery second; Ctrl-C ends it\n");
    } else
      for (std::size_t i = 0; i < all.size(); ++i) {
        detail::standing const now(s, *all[i]);
        auto line = detail::pairs(now, *all[i]);
        if (second != 0 && line == last[i]) continue;
        s.out.event("status", detail::as_json(now, *all[i]));
        s.out.line(line);
        last[i] = std::move(line);
      }
    s.stop.sleep(seconds(1));
  }
}

} // namespace zddm::cli
