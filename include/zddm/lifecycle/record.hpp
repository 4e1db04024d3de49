// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/hana/define_struct.hpp>

#include <zddm/core/error.hpp>
#include <zddm/lifecycle/entry.hpp>
#include <zddm/lifecycle/settings.hpp>
#include <zddm/lifecycle/state_store.hpp>

namespace zddm::lifecycle {

/// What is known of New in this life of the migration; the steps ask it.
struct evidence {
  BOOST_HANA_DEFINE_STRUCT(evidence, (bool, used),      // New may hold something that a rollback has to clear
                           (bool, covered),             // the backfill went over every key
                           (std::uint64_t, copied),     // rows it applied
                           (bool, verified),            // both stores were compared after that
                           (std::uint64_t, compared),   // keys compared
                           (std::uint64_t, mismatches), // that survived the recheck
                           (std::uint64_t, unmappable), // values without a counterpart
                           (std::uint64_t, unknown),    // keys unknown in New when last counted
                           (std::string, verified_at));

  friend bool operator==(evidence const&, evidence const&) = default;
};

/// The durable truth about one migration.
struct record {
  settings now;
  evidence proof{};
  std::string since;         ///< when the row was entered, wall clock
  std::uint64_t changes = 0; ///< entries of the audit trail

  friend bool operator==(record const&, record const&) = default;
};

/// A record as it was read, and the revision that a change of it expects.
struct snapshot {
  record value;
  std::uint64_t revision = 0;
};

/// One entry of the audit trail.
struct audit {
  BOOST_HANA_DEFINE_STRUCT(audit, (std::string, at), (std::string, who), (std::string, what), (std::string, from),
                           (std::string, to), (std::uint64_t, epoch), (std::string, note));

  friend bool operator==(audit const&, audit const&) = default;
};

/// Who changes a record, by which command, and what else should be remembered.
struct deed {
  std::string who;
  std::string what;
  std::string note = {};
};

/// UTC, such as `2026-11-21T11:40:07Z`.
inline std::string wall_time() {
  std::time_t const now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

namespace detail {
struct record_form {
  BOOST_HANA_DEFINE_STRUCT(record_form, (std::string, row), (std::uint64_t, epoch), (std::uint64_t, rate),
                           (std::uint64_t, high_water), (std::uint64_t, announced), (std::string, shut), (evidence, proof),
                           (std::string, since), (std::uint64_t, changes));
};
} // namespace detail

inline std::string encode(record const& r) {
  auto const& s = r.now;
  return entry::encode("record",
                       detail::record_form{std::string(to_string(s.at)), s.epoch, s.rate.value, s.high_water.value,
                                           s.announced.value, std::string(to_string(s.shut)), r.proof, r.since, r.changes});
}

/// Throws error 201 or 202, as `entry::decode`.
inline record decode_record(std::string_view path, std::string_view stored) {
  auto const form = entry::decode<detail::record_form>("record", path, stored);
  auto const at = row_named(form.row);
  auto const shut = quarantine_named(form.shut);
  if (!at || !shut)
    throw error(201, std::string(path) + " names a row or quarantine that does not exist; nothing was changed and nobody " +
                         "acts on it. Restore the state store from a copy");
  return {{*at, form.epoch, {form.rate}, {form.high_water}, {form.announced}, *shut}, form.proof, form.since, form.changes};
}

/// What the store holds of a migration; one that was never moved is in row unrun, with epoch and revision 0.
template <state_store Store> snapshot load(Store& store, std::string_view name) {
  auto const path = entry::path(name, "state");
  auto const found = store.read(path);
  if (!found) return {};
  return {decode_record(path, found->value), found->revision};
}

/// Replaces the record and adds to the audit trail in one step; false if it is no longer the one that was `seen`.
/// The count of changes and the time of entering a row follow by themselves.
template <state_store Store>
bool replace(Store& store, std::string_view name, snapshot const& seen, record next, deed const& by) {
  auto const now = wall_time();
  next.changes = seen.value.changes + 1;
  if (next.now.at != seen.value.now.at) next.since = now;
  audit const line{
      now,    by.who, by.what, std::string(to_string(seen.value.now.at)), std::string(to_string(next.now.at)), next.now.epoch,
      by.note};
  std::array<char, 32> number{};
  std::snprintf(number.data(), number.size(), "history/%08llu", static_cast<unsigned long long>(next.changes));
  std::array<change, 2> const both{{{entry::path(name, "state"), seen.revision, encode(next)},
                                    {entry::path(name, number.data()), 0, entry::encode("audit", line)}}};
  return store.commit(both);
}

/// The audit trail, oldest first.
template <state_store Store> std::vector<audit> history(Store& store, std::string_view name) {
  std::vector<audit> lines;
  for (auto const& found : store.list(entry::path(name, "history/")))
    lines.push_back(entry::decode<audit>("audit", found.path, found.value));
  return lines;
}

} // namespace zddm::lifecycle
