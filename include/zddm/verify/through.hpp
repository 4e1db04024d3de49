// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <utility>

#include <zddm/core/counterpart.hpp>
#include <zddm/core/diff.hpp>
#include <zddm/core/error.hpp>
#include <zddm/core/intent.hpp>
#include <zddm/core/store.hpp>
#include <zddm/policy/event.hpp>
#include <zddm/verify/look_at.hpp>
#include <zddm/verify/repair.hpp>
#include <zddm/verify/report.hpp>

namespace zddm::verify {

/// A proxy that keeps its two stores in agreement inside one process.
template <class P>
concept one_process_proxy = requires(P& p, typename P::key_type const& key, event::side side) {
  { p.agree(key, side) } -> std::same_as<bool>;
};

/// Looks at a key through the proxy that writes it, in turn with its writes, so that no write in flight is ever seen. The proxy
/// outlives it.
template <one_process_proxy Proxy> class through {
public:
  explicit through(Proxy& proxy) : proxy_(&proxy) {}

  template <class Old, class New> glance<value_of<New>> look(Old&, New& to, key_of<New> const& key) const {
    glance<value_of<New>> g;
    bool seen = false;
    try {
      proxy_->compare(key, [&](auto const& in_old, auto const& in_new) {
        seen = true;
        g.in_old = in_old;
        g.in_new = in_new;
        return same(in_old, in_new) ? event::comparison::equal : event::comparison::differs;
      });
      g.unknown = !seen;
    } catch (unmappable const&) {
      g.in_new = to.get(key);
    }
    g.known = g.in_new ? knowledge::present : knowledge::unknown;
    if (!g.unknown) g.wrong = detail::difference_of(g, seen);
    return g;
  }

private:
  Proxy* proxy_;
};

/// As `repair`, through the proxy: in turn with its writes. A key that New does not have is filled from Old, whoever is right,
/// since reads of it go to Old.
template <one_process_proxy Proxy> class through_repair {
public:
  using key_type = typename Proxy::key_type;

  through_repair(Proxy& proxy, typename Proxy::new_store& to, repair_options o = {}) : proxy_(proxy), to_(to), o_(std::move(o)) {}

  /// Whether the stores agree on the key now; in a dry run, whether they would.
  bool operator()(key_type const& key) { return done_.count(outcome_of(key)); }

  repairs const& done() const { return done_; }

private:
  std::uint64_t& outcome_of(key_type const& key) {
    auto const g = through(proxy_).look(to_, to_, key);
    if (!g.wrong && !g.unknown) return done_.agreed;
    bool const to_old = o_.right == authority::new_store && g.known == knowledge::present;
    if (g.wrong == kind::unmappable) return done_.unmappable;
    if (to_old && !rollback_after_switch<typename Proxy::old_store>) return done_.left;
    if (o_.dry_run) return done_.healed;
    if (to_old) o_.confirm();
    return proxy_.agree(key, to_old ? event::side::new_store : event::side::old_store) ? done_.healed : done_.in_flight;
  }

  Proxy& proxy_;
  typename Proxy::new_store& to_;
  repair_options o_;
  repairs done_{};
};

} // namespace zddm::verify
