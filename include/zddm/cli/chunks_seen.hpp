// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <zddm/backfill/mark.hpp>
#include <zddm/backfill/plan.hpp>
#include <zddm/backfill/state_queue.hpp>
#include <zddm/backfill/work_queue.hpp>
#include <zddm/cli/coverage_strip.hpp>
#include <zddm/cli/session.hpp>

namespace zddm::cli {

/// The chunks of a migration's backfill as they stand now, in the order of their keys; none where none is planned.
inline std::vector<chunk_seen> chunks_seen(session const& s, std::string_view name) {
  using look = chunk_seen::look;
  std::vector<chunk_seen> chunks;
  backfill::state_queue<shared_state> queue(s.state, name);
  auto const planned = queue.plan();
  if (!planned) return chunks;
  auto const plan = backfill::plan::decoded(planned->text);
  for (auto const& one : queue.items(planned->id)) {
    auto const k = backfill::mark::decoded(one.note);
    auto const i = chunks.size();
    bool const failed = one.state == backfill::work::failed;
    chunks.push_back({failed                                        ? look::failed
                      : k.refused > 0                               ? look::refused
                      : one.state == backfill::work::done           ? look::done
                      : k.last || one.state == backfill::work::held ? look::begun
                                                                    : look::waiting,
                      i < plan.bounds.size() ? plan.bounds[i] : std::string(), k.covered(), k.refused, failed ? one.reason : ""});
  }
  return chunks;
}

} // namespace zddm::cli
