// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include <zddm/core/counterpart.hpp>
#include <zddm/core/store.hpp>
#include <zddm/core/version.hpp>
#include <zddm/verify/look_at.hpp>
#include <zddm/verify/repair.hpp>
#include <zddm/verify/report.hpp>

namespace zddm::verify {

/// As `repair`, for stores that keep versions (`consistency::versioned`): what is newer stays. A New that is behind is given what
/// Old holds, with its version, whoever is right. Where New holds as new a version as Old, or a newer one, the value that is
/// right is written to both with a version above both, under the condition that Old still holds what was seen. `intent` numbers
/// are not used. Without a conditional Old such keys are left.
template <versioned_store Old, versioned_store New> class version_repair {
public:
  version_repair(Old& from, New& to, repair_options o = {}) : from_(from), to_(to), o_(std::move(o)) {}

  /// Whether the stores agree on the key now; in a dry run, whether they would.
  bool operator()(key_of<New> const& key) {
    for (int tries = 0; tries < 10; ++tries) // a New that is ahead stays wrong whatever is written meanwhile
      if (auto* const n = outcome_of(key)) return done_.count(*n);
    return done_.count(done_.in_flight);
  }

  repairs const& done() const { return done_; }

private:
  using look = glance<value_of<New>>;
  using maybe = std::optional<value_of<New>>;

  /// Null: somebody wrote the key meanwhile.
  std::uint64_t* outcome_of(key_of<New> const& key) {
    auto const g = by_versions{}.look(from_, to_, key);
    if (g.moving) return nullptr;
    if (!g.wrong && !g.unknown) return &done_.agreed;
    if (g.wrong == kind::unmappable) return &forget(key, g);
    return g.at < std::max(g.old_at, oldest_version) ? follow(key, g) : rewrite(key, g);
  }

  /// Until the switch New is made to ask Old for what it cannot hold.
  std::uint64_t& forget(key_of<New> const& key, look const& g) {
    if (!o_.dry_run && o_.right == authority::old_store && g.known != knowledge::unknown)
      to_.erase_if_newer(key, forgotten_version(g.at.counter));
    return done_.unmappable;
  }

  std::uint64_t* follow(key_of<New> const& key, look const& g) {
    return o_.dry_run || take(key, g.in_old, std::max(g.old_at, oldest_version)) ? &done_.healed : nullptr;
  }

  std::uint64_t* rewrite(key_of<New> const& key, look const& g) {
    bool const to_old = o_.right == authority::new_store && g.known != knowledge::unknown;
    if (!can_hold<Old>(key)) {
      if (to_old) return &done_.left;
      return o_.dry_run || take(key, std::nullopt, {g.at.counter + 1, process_}) ? &done_.healed : nullptr;
    }
    if constexpr (!conditional_store<Old>)
      return &done_.left;
    else {
      if (to_old && !rollback_after_switch<Old>) return &done_.left;
      if (o_.dry_run) return &done_.healed;
      maybe const& value = to_old ? g.in_new : g.in_old;
      version const next{std::max(g.at.counter, g.old_at.counter) + 1, process_};
      o_.confirm();
      return from_.put_if_version(key, value, g.old_at, next) && take(key, value, next) ? &done_.healed : nullptr;
    }
  }

  bool take(key_of<New> const& key, maybe const& value, version v) {
    return value ? to_.put_if_newer(key, *value, v) : to_.erase_if_newer(key, v);
  }

  Old& from_;
  New& to_;
  repair_options o_;
  std::uint64_t const process_ = o_.next_intent().process;
  repairs done_{};
};

} // namespace zddm::verify
