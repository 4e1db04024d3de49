// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/hana/define_struct.hpp>

#include <zddm/cli/session.hpp>
#include <zddm/lifecycle/entry.hpp>
#include <zddm/lifecycle/record.hpp>
#include <zddm/lifecycle/series.hpp>
#include <zddm/verify/report.hpp>

namespace zddm::cli {

/// What the last comparison of both stores has found, at `m/NAME/comparison`. It holds no values, whatever was shown.
struct comparison {
  BOOST_HANA_DEFINE_STRUCT(comparison, (std::string, at), (std::string, command), (verify::report, found));
};

/// Keeps in the course of the migration that keys were compared, all or some, and how many stayed wrong.
inline void note_compared(session const& s, std::string_view name, std::uint64_t keys, std::uint64_t open) {
  lifecycle::point now{};
  now.from = lifecycle::wall_milliseconds();
  now.verified = keys;
  now.left_open = open;
  lifecycle::add_to_series(s.state, name, now);
}

/// Keeps what a comparison of all keys found: as the last one, and in the course of the migration.
inline void note_comparison(session const& s, std::string_view name, verify::report const& found) {
  comparison c{lifecycle::wall_time(), "zd " + s.asked.command, found};
  for (auto& one : c.found.listed) one.old_value = one.new_value = std::nullopt;
  std::array<lifecycle::change, 1> const last{
      {{lifecycle::entry::path(name, "comparison"), lifecycle::any_revision, lifecycle::entry::encode("comparison", c)}}};
  s.state.commit(last);
  note_compared(s, name, found.rows, found.open().total());
}

/// What was compared and measured in an earlier life of the migration says nothing of this one.
inline void forget_comparisons(session const& s, std::string_view name) {
  std::array<lifecycle::change, 1> const gone{{{lifecycle::entry::path(name, "comparison"), lifecycle::any_revision, {}}}};
  s.state.commit(gone);
  lifecycle::change_series(s.state, name, [](lifecycle::series& all) { all.begin_anew(); });
}

/// Nothing where the stores were never compared.
inline std::optional<comparison> last_comparison(session const& s, std::string_view name) {
  auto const path = lifecycle::entry::path(name, "comparison");
  auto const found = s.state.read(path);
  if (!found) return std::nullopt;
  return lifecycle::entry::decode<comparison>("comparison", path, found->value);
}

} // namespace zddm::cli
