// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/hana/define_struct.hpp>

#include <zddm/backfill/status.hpp>
#include <zddm/lifecycle/entry.hpp>
#include <zddm/lifecycle/identity.hpp>
#include <zddm/lifecycle/state_store.hpp>

namespace zddm::backfill {

/// How long the workers of a process have waited for one reason.
struct waited {
  BOOST_HANA_DEFINE_STRUCT(waited, (std::string, reason), (std::uint64_t, milliseconds));
  friend bool operator==(waited const&, waited const&) = default;
};

/// What one process tells of its part in a backfill, at `m/NAME/backfill_worker/ID`. Nothing depends on it.
struct worker {
  BOOST_HANA_DEFINE_STRUCT(worker, (lifecycle::identity, owner), (std::uint64_t, copied), (bool, paused),
                           (std::string, throttle),          // why it waits now; empty: it does not
                           (std::vector<waited>, throttled), // since it began
                           (std::int64_t, expires));         // milliseconds, on the store's clock

  static worker of(status const& s) {
    worker w{lifecycle::identity::self(), s.own_copied, s.paused, std::string(s.throttle), {}, 0};
    for (auto const& [reason, time] : s.throttled)
      w.throttled.push_back(
          {std::string(reason), static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(time).count())});
    return w;
  }

  friend bool operator==(worker const&, worker const&) = default;
};

/// Replaces what the process told before; after `good_for` without a word it is not counted on any more.
template <lifecycle::state_store State>
void publish(State& state, std::string_view name, std::string_view id, worker w, std::chrono::milliseconds good_for) {
  w.expires = (state.now() + good_for).count();
  auto const path = lifecycle::entry::path(name, "backfill_worker/") + std::string(id);
  std::array<lifecycle::change, 1> const told{{{path, lifecycle::any_revision, lifecycle::entry::encode("worker", w)}}};
  state.commit(told);
}

/// The process has ended its part. Takes away what the dead have left as well.
template <lifecycle::state_store State> void retire(State& state, std::string_view name, std::string_view id) {
  auto const folder = lifecycle::entry::path(name, "backfill_worker/");
  auto const remove = [&](std::string const& path, std::uint64_t revision) {
    std::array<lifecycle::change, 1> const gone{{{path, revision, std::nullopt}}};
    state.commit(gone);
  };
  remove(folder + std::string(id), lifecycle::any_revision);
  for (auto const& s : state.list(folder)) // each by itself: others may be at it
    if (lifecycle::entry::decode<worker>("worker", s.path, s.value).expires < state.now().count()) remove(s.path, s.revision);
}

/// Those at work now.
template <lifecycle::state_store State> std::vector<worker> workers_of(State& state, std::string_view name) {
  std::vector<worker> all;
  auto const now = state.now().count();
  for (auto const& s : state.list(lifecycle::entry::path(name, "backfill_worker/")))
    if (auto w = lifecycle::entry::decode<worker>("worker", s.path, s.value); w.expires >= now) all.push_back(std::move(w));
  return all;
}

} // namespace zddm::backfill
