// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include <fmt/core.h>

#include <zddm/cli/session.hpp>
#include <zddm/cli/subject.hpp>
#include <zddm/lifecycle/abandoned.hpp>
#include <zddm/lifecycle/series.hpp>
#include <zddm/verify/drain.hpp>

namespace zddm::cli {

/// Ends what dead processes and failed operations have left in flight, heals the keys of which New knows nothing, and says what
/// is left. `strictly`: until no key is unknown; else keys that a live process is just writing are left to it. Gives up when
/// nothing moves for a second. Not to be called in rows in which some process writes Old alone.
inline verify::drained settle(session const& s, subject& m, bool strictly) {
  // With the next epoch every process tells which of its writes are over.
  auto const target = s.record(m.name()).now.epoch + 1;
  s.drive(
      m.name(),
      [&](lifecycle::settings now) -> std::optional<lifecycle::settings> {
        if (now.epoch >= target) return std::nullopt;
        ++now.epoch;
        return now;
      },
      [](auto const&, auto const&) {}, "so that each process tells which writes are over");
  lifecycle::abandoned over(s.state, m.name());
  auto const ended = [&](intent_id id) { return over(id); };
  auto const at = s.record(m.name()).now.at;
  if (at >= lifecycle::row::completing) m.free_marks(ended, s.stop.token());
  s.stop.check();
  if (at > lifecycle::row::completing) return {};
  std::optional<verify::drained> last;
  for (int idle = 0;;) {
    auto const now = m.drain(ended, s.stop.token());
    s.stop.check();
    s.out.detail(fmt::format("{}: {} keys healed, {} being written, {} still unknown in New", m.name(), now.healed, now.in_flight,
                             now.left_unknown));
    if (now.left_unknown == 0 && (!strictly || now.in_flight == 0)) return now;
    bool const stuck = last && last->left_unknown == now.left_unknown && last->in_flight == now.in_flight && now.healed == 0;
    idle = stuck ? idle + 1 : 0;
    if (idle == 10) return now;
    last = now;
    s.stop.sleep(std::chrono::milliseconds(100));
  }
}

/// Notes how many keys New does not know: as evidence, and in the course of the migration.
inline void note_unknown(session const& s, subject const& m, std::uint64_t left) {
  s.note_evidence(m.name(), "keys unknown in New", [&](auto& proof) { proof.unknown = left; });
  lifecycle::point now{};
  now.from = lifecycle::wall_milliseconds();
  now.unknown = left;
  lifecycle::add_to_series(s.state, m.name(), now);
}

} // namespace zddm::cli
