// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <boost/hana/define_struct.hpp>

#include <zddm/core/distribution.hpp>
#include <zddm/core/error.hpp>
#include <zddm/lifecycle/entry.hpp>
#include <zddm/lifecycle/lease.hpp>
#include <zddm/lifecycle/state_store.hpp>

namespace zddm::lifecycle {

/// What was counted of some calls: compared reads by their result, and calls that Old answered because New failed.
struct tally {
  BOOST_HANA_DEFINE_STRUCT(tally, (std::uint64_t, equal), (std::uint64_t, differs), (std::uint64_t, missing),
                           (std::uint64_t, extra), (std::uint64_t, in_flight), (std::uint64_t, fallbacks));

  std::uint64_t wrong() const { return differs + missing + extra; }
  /// Those of which something can be said.
  std::uint64_t compared() const { return equal + wrong(); }

  friend tally operator+(tally const& a, tally const& b) {
    return {a.equal + b.equal, a.differs + b.differs,     a.missing + b.missing,
            a.extra + b.extra, a.in_flight + b.in_flight, a.fallbacks + b.fallbacks};
  }
  /// What came on top of the earlier `b`.
  friend tally operator-(tally const& a, tally const& b) {
    auto const more = [](std::uint64_t x, std::uint64_t y) { return x > y ? x - y : 0; };
    return {more(a.equal, b.equal), more(a.differs, b.differs),     more(a.missing, b.missing),
            more(a.extra, b.extra), more(a.in_flight, b.in_flight), more(a.fallbacks, b.fallbacks)};
  }
  friend bool operator==(tally const&, tally const&) = default;
};

/// What one process tells of its calls, at `m/NAME/measures/ID` beside its lease: counts since it began, durations of late.
struct measures {
  BOOST_HANA_DEFINE_STRUCT(measures, (std::uint64_t, process), (tally, counted), (distribution, old_reads),
                           (distribution, new_reads), (distribution, old_writes), (distribution, new_writes));

  friend bool operator==(measures const&, measures const&) = default;
};

inline std::string measures_path(std::string_view name, std::uint64_t process) {
  std::array<char, 32> id{};
  std::snprintf(id.data(), id.size(), "measures/%016llx", static_cast<unsigned long long>(process));
  return entry::path(name, id.data());
}

/// Replaces what the process told before.
template <state_store Store> void publish(Store& store, std::string_view name, measures const& m) {
  std::array<change, 1> const told{{{measures_path(name, m.process), any_revision, entry::encode("measures", m)}}};
  store.commit(told);
}

/// What the processes tell whose leases run. What another version wrote and this one cannot read is left out.
template <state_store Store> std::vector<measures> measures_of(Store& store, std::string_view name) {
  auto alive = leases(store, name);
  auto const now = store.now();
  std::erase_if(alive, [&](lease const& one) { return one.over(now); });
  std::vector<measures> all;
  for (auto const& found : store.list(entry::path(name, "measures/"))) try {
      auto one = entry::decode<measures>("measures", found.path, found.value);
      if (std::ranges::find(alive, one.process, &lease::process) != alive.end()) all.push_back(std::move(one));
    } catch (error const&) { // nothing depends on it
    }
  return all;
}

/// The calls of all of them.
inline measures sum(std::vector<measures> const& all) {
  measures whole{};
  for (auto const& one : all) {
    whole.counted = whole.counted + one.counted;
    whole.old_reads = whole.old_reads + one.old_reads;
    whole.new_reads = whole.new_reads + one.new_reads;
    whole.old_writes = whole.old_writes + one.old_writes;
    whole.new_writes = whole.new_writes + one.new_writes;
  }
  return whole;
}

} // namespace zddm::lifecycle
