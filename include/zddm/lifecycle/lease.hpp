// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <boost/hana/define_struct.hpp>

#include <zddm/lifecycle/entry.hpp>
#include <zddm/lifecycle/identity.hpp>
#include <zddm/lifecycle/state_store.hpp>

namespace zddm::lifecycle {

/// What one process of the fleet says of itself, at `m/NAME/process/ID`. An ID is never used again, not even by the process
/// that lost it.
struct lease {
  BOOST_HANA_DEFINE_STRUCT(lease, (std::uint64_t, process), // as in its intents
                           (std::uint64_t, epoch),          // acknowledged: no operation of it obeys an earlier one
                           (std::uint64_t, ended),          // operations with this or an earlier intent are over
                           (std::int64_t, expires),         // milliseconds, on the store's clock
                           (identity, owner), (std::string, library), (std::string, label),
                           (std::string, version)); // of the migration, as its program says

  bool over(std::chrono::milliseconds now) const { return now.count() > expires; }
  std::string who() const { return owner.who() + (label.empty() ? "" : " (" + label + ')'); }

  friend bool operator==(lease const&, lease const&) = default;
};

inline std::string lease_path(std::string_view name, std::uint64_t process) {
  std::array<char, 32> id{};
  std::snprintf(id.data(), id.size(), "process/%016llx", static_cast<unsigned long long>(process));
  return entry::path(name, id.data());
}

/// Every lease there is, those run out but not yet removed included.
template <state_store Store> std::vector<lease> leases(Store& store, std::string_view name) {
  std::vector<lease> all;
  for (auto const& found : store.list(entry::path(name, "process/")))
    all.push_back(entry::decode<lease>("lease", found.path, found.value));
  return all;
}

/// The processes that count. A lease that ran out is removed first, so that it cannot be renewed any more: a process which is
/// not in the answer acts under none of its earlier leases again.
template <state_store Store> std::vector<lease> live(Store& store, std::string_view name) {
  std::vector<lease> alive;
  for (auto const& found : store.list(entry::path(name, "process/"))) {
    auto const one = entry::decode<lease>("lease", found.path, found.value);
    if (one.over(store.now())) {
      std::array<change, 1> const removal{{{found.path, found.revision, {}}}};
      if (store.commit(removal)) continue;
      auto const again = store.read(found.path);
      if (!again) continue;
      alive.push_back(entry::decode<lease>("lease", again->path, again->value));
    } else {
      alive.push_back(one);
    }
  }
  return alive;
}

} // namespace zddm::lifecycle
