// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <zddm/core/intent.hpp>
#include <zddm/lifecycle/lease.hpp>

namespace zddm::lifecycle {

/// Tells writes that are still under way from those whose operation is over or whose process is gone, by the leases. A
/// process that is called gone has no lease any more and acts under none of its earlier ones again.
///
/// What the operations of a live process have left behind is told only up to its last acknowledgement: announce an epoch,
/// wait for the barrier, then ask. One thread at a time may call it.
template <state_store Store> class abandoned {
public:
  abandoned(Store& store, std::string_view name) : store_(store), name_(name) {}

  bool operator()(intent_id id) {
    auto const known = ended_.try_emplace(id.process);
    if (known.second) known.first->second = look(id.process);
    auto const& ended = known.first->second;
    return !ended || id.operation <= *ended;
  }

private:
  /// The last intent whose operation is over; nothing where the process is gone.
  std::optional<std::uint64_t> look(std::uint64_t process) {
    auto const path = lease_path(name_, process);
    while (auto const found = store_.read(path)) {
      auto const one = entry::decode<lease>("lease", path, found->value);
      if (!one.over(store_.now())) return one.ended;
      std::array<change, 1> const removal{{{path, found->revision, {}}}};
      store_.commit(removal);
    }
    return std::nullopt;
  }

  Store& store_;
  std::string name_;
  std::map<std::uint64_t, std::optional<std::uint64_t>> ended_;
};

} // namespace zddm::lifecycle
