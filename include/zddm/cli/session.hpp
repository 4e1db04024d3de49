// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include <zddm/cli/console.hpp>
#include <zddm/cli/failure.hpp>
#include <zddm/cli/interruption.hpp>
#include <zddm/cli/options.hpp>
#include <zddm/cli/shared_state.hpp>
#include <zddm/lifecycle/drive.hpp>
#include <zddm/lifecycle/identity.hpp>
#include <zddm/lifecycle/record.hpp>

namespace zddm::cli {

/// What every command is given.
struct session {
  shared_state& state;
  console& out;
  options const& asked;
  interruption& stop;

  /// As it stands in the audit trail.
  lifecycle::deed by(std::string_view name, std::string note = {}) const {
    char const* const user = std::getenv("USER");
    return {(user ? std::string(user) + '@' : std::string()) + lifecycle::identity::self().who(),
            "zd " + asked.command + ' ' + std::string(name), std::move(note)};
  }

  lifecycle::record record(std::string_view name) const { return lifecycle::load(state, name).value; }

  /// `lifecycle::drive` as this command does it: interruptible, with its timeout and its name in the audit trail.
  template <class Next, class Before>
  lifecycle::snapshot drive(std::string_view name, Next&& next, Before&& before, std::string note = {}) const {
    return lifecycle::drive(state, name, {by(name, std::move(note)), asked.wait}, next, before,
                            [this](std::chrono::milliseconds time) { stop.sleep(time); });
  }

  /// Adds to the audit trail, and to nothing else.
  void remark(std::string_view name, std::string const& note) const {
    for (auto at = lifecycle::load(state, name); !lifecycle::replace(state, name, at, at.value, by(name, note));)
      at = lifecycle::load(state, name);
  }

  /// Changes the evidence of a record, whatever else changes it meanwhile.
  template <class Change> void note_evidence(std::string_view name, std::string const& note, Change&& change) const {
    for (;;) {
      auto const at = lifecycle::load(state, name);
      auto next = at.value;
      change(next.proof);
      if (next == at.value || lifecycle::replace(state, name, at, std::move(next), by(name, note))) return;
    }
  }
};

} // namespace zddm::cli
