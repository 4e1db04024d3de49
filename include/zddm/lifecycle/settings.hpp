// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <zddm/core/threshold.hpp>
#include <zddm/lifecycle/route.hpp>

namespace zddm::lifecycle {

/// Whether New is shut out for a while because some process cannot reach it.
enum class quarantine : std::uint8_t {
  none,
  announced, ///< reads go to Old; a write waits until every process knows
  settled,   ///< reads go to Old; a write is journaled, then goes to Old
  rejoining  ///< reads go to Old; a write invalidates New while the journal is drained
};

inline constexpr std::array<std::string_view, 4> quarantine_names{"none", "announced", "settled", "rejoining"};
constexpr std::string_view to_string(quarantine q) { return quarantine_names[static_cast<std::size_t>(q)]; }

/// The quarantine of that name; nothing for an unknown name.
constexpr std::optional<quarantine> quarantine_named(std::string_view name) {
  for (std::size_t i = 0; i < quarantine_names.size(); ++i)
    if (quarantine_names[i] == name) return static_cast<quarantine>(i);
  return std::nullopt;
}

/// What one process obeys: an immutable snapshot, replaced as a whole when its epoch rises.
struct settings {
  row at = row::unrun;
  std::uint64_t epoch = 0;
  threshold rate = threshold::closed();       ///< of a dial: keys below it are admitted
  threshold high_water = threshold::closed(); ///< the highest rate ever settled: keys above it never touch New
  threshold announced = threshold::closed();  ///< the high-water rate every process is told of, not yet settled
  quarantine shut = quarantine::none;

  friend bool operator==(settings const&, settings const&) = default;
};

/// What one operation on one key does, the gate's answer included.
struct plan {
  reads read = reads::old_only;
  writes write = writes::old_only;
  bool new_required = false;
  bool journaled = false; ///< the key is written down before Old is written
  bool waits = false;     ///< no write may go on until the quarantine is settled

  friend constexpr bool operator==(plan const&, plan const&) = default;
};

/// The plan for a key, `r` being the route of the row in force. `bucket()` is the key's hash under the migration's seed and
/// `admits()` the gate's answer; each is asked only where it matters.
template <class Bucket, class Admits>
[[gnu::always_inline]] constexpr plan plan_for(route const& r, settings const& s, Bucket&& bucket, Admits&& admits) {
  bool const outage = s.shut != quarantine::none && !r.new_required && s.at != row::unrun;
  if (outage) {
    if (s.shut == quarantine::rejoining) return {reads::old_only, writes::invalidate};
    return {reads::old_only, writes::old_only, false, true, s.shut == quarantine::announced};
  }
  if (r.reads_of == scope::every_key && r.writes_of == scope::every_key) return {r.read, r.write, r.new_required};

  auto const below = [&](threshold t) { return t.is_open() || (!t.is_closed() && t.admits(bucket())); };
  if (r.writes_of == scope::announced_keys) return {reads::old_only, below(s.announced) ? r.write : writes::old_only};
  if (r.writes_of == scope::every_key) return {admits() ? r.read : reads::old_only, r.write, r.new_required};
  if (below(s.high_water)) return admits() ? plan{r.read, r.write} : plan{reads::old_only, writes::invalidate};
  return {reads::old_only, below(s.announced) ? writes::invalidate : writes::old_only};
}

/// The same by the route table of the library.
template <class Bucket, class Admits> constexpr plan plan_for(settings const& s, Bucket&& bucket, Admits&& admits) {
  return plan_for(route_of(s.at), s, bucket, admits);
}

} // namespace zddm::lifecycle
