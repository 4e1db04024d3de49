// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <zddm/backfill/settings.hpp>
#include <zddm/cli/session.hpp>
#include <zddm/cli/set.hpp>
#include <zddm/cli/subject.hpp>

namespace zddm::cli {

/// Lets every worker of the backfill go on.
inline void resume(session& s, subject& m) {
  detail::change_pace(s, m, "backfill resumed", [](backfill::settings& now) { now.paused = false; });
}

} // namespace zddm::cli
