// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <zddm/backfill/settings.hpp>
#include <zddm/cli/session.hpp>
#include <zddm/cli/set.hpp>
#include <zddm/cli/subject.hpp>

namespace zddm::cli {

/// Lets every worker of the backfill wait, after the page it writes now; chunks stay in their hands.
inline void pause(session& s, subject& m) {
  detail::change_pace(s, m, "backfill paused", [](backfill::settings& now) { now.paused = true; });
}

} // namespace zddm::cli
