// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/hana/define_struct.hpp>

#include <zddm/backfill/work_queue.hpp>
#include <zddm/lifecycle/entry.hpp>
#include <zddm/lifecycle/state_store.hpp>

namespace zddm::backfill {

/// A `work_queue` under `m/NAME/backfill/` of any state store, by compare-and-set: no further server, and as many hosts as reach
/// the state store. Good for some claims a second; an item that nobody has claimed takes no room.
template <lifecycle::state_store State> class state_queue {
public:
  state_queue(State& state, std::string_view name) : state_(state), root_(lifecycle::entry::path(name, "backfill/")) {}

  bool make(std::string_view text, std::uint64_t items) {
    plan_entry const p{items, std::string(text)};
    return commit({{{root_ + "plan", 0, lifecycle::entry::encode("plan", p)}}});
  }

  std::optional<planned> plan() const {
    auto const found = state_.read(root_ + "plan");
    if (!found) return std::nullopt;
    auto p = lifecycle::entry::decode<plan_entry>("plan", found->path, found->value);
    return planned{found->revision, p.items, std::move(p.text)};
  }

  std::vector<task> claim(std::uint64_t plan, std::string_view worker, wanted const& w, std::chrono::milliseconds lease) {
    for (;;) {
      auto const known = all(plan);
      auto const now = state_.now();
      std::vector<task> got;
      std::vector<lifecycle::change> changes;
      for (std::uint64_t id = w.first; id < known.size() && id <= w.last && got.size() < w.most; ++id) {
        auto [entry, revision] = known[id];
        if (entry.state_at(now) != work::open) continue;
        entry.state = to_string(work::held);
        entry.token = new_token();
        entry.worker = worker;
        entry.expires = (now + lease).count();
        ++entry.attempts;
        changes.push_back({path(plan, id), revision, lifecycle::entry::encode("work", entry)});
        got.push_back({plan, id, entry.token, entry.attempts, entry.note, lease});
      }
      if (got.empty() || state_.commit(changes)) return got;
    }
  }

  bool report(task const& t, backfill::report const& r) {
    for (;;) {
      auto const found = state_.read(path(t.plan, t.item));
      if (!found) return false;
      auto entry = lifecycle::entry::decode<work_entry>("work", found->path, found->value);
      auto const now = state_.now();
      if (entry.token != t.token || entry.state_at(now) != work::held) return false;
      entry.state = to_string(r.to);
      entry.expires = (now + t.lease).count();
      if (r.note) entry.note = *r.note;
      if (!r.reason.empty()) entry.reason = r.reason;
      if (r.to == work::open && r.reason.empty()) --entry.attempts;
      if (commit({{{found->path, found->revision, lifecycle::entry::encode("work", entry)}}})) return true;
    }
  }

  std::vector<item> items(std::uint64_t plan) const {
    auto const known = all(plan);
    auto const now = state_.now();
    std::vector<item> found;
    for (std::uint64_t id = 0; id < known.size(); ++id) {
      auto const& e = known[id].entry;
      auto const at = e.state_at(now);
      auto const left = at == work::held ? std::chrono::milliseconds(e.expires) - now : std::chrono::milliseconds(0);
      found.push_back({id, at, e.attempts, e.note, e.reason, e.worker, left});
    }
    return found;
  }

  backfill::counts counts(std::uint64_t plan) const {
    backfill::counts sum;
    std::array<std::uint64_t*, 4> const places{&sum.open, &sum.held, &sum.done, &sum.failed};
    for (auto const& one : items(plan)) ++*places[static_cast<std::size_t>(one.state)];
    return sum;
  }

  std::uint64_t reopen(std::uint64_t plan) {
    for (;;) {
      auto const known = all(plan);
      std::vector<lifecycle::change> changes;
      for (std::uint64_t id = 0; id < known.size(); ++id) {
        auto [entry, revision] = known[id];
        if (entry.state != to_string(work::failed)) continue;
        entry.state = to_string(work::open);
        changes.push_back({path(plan, id), revision, lifecycle::entry::encode("work", entry)});
      }
      if (changes.empty() || state_.commit(changes)) return changes.size();
    }
  }

  void forget() {
    std::vector<lifecycle::change> gone;
    for (auto const& s : state_.list(root_)) gone.push_back({s.path, lifecycle::any_revision, std::nullopt});
    if (!gone.empty()) state_.commit(gone);
  }

private:
  struct plan_entry {
    BOOST_HANA_DEFINE_STRUCT(plan_entry, (std::uint64_t, items), (std::string, text));
  };

  struct work_entry {
    BOOST_HANA_DEFINE_STRUCT(work_entry, (std::string, state), (std::uint64_t, token), (std::uint64_t, attempts),
                             (std::int64_t, expires), // milliseconds, on the store's clock
                             (std::string, worker), (std::string, note), (std::string, reason));

    work state_at(std::chrono::milliseconds now) const {
      auto const named = static_cast<work>(std::ranges::find(work_names, state) - work_names.begin());
      return named == work::held && expires < now.count() ? work::open : named;
    }
  };

  /// An item as it is stored; revision 0: it is not.
  struct stored_item {
    work_entry entry{};
    std::uint64_t revision = 0;
  };

  bool commit(std::array<lifecycle::change, 1> const& one) { return state_.commit(one); }

  std::string folder(std::uint64_t plan) const { return root_ + std::to_string(plan) + "/"; }

  std::string path(std::uint64_t plan, std::uint64_t item) const {
    auto const digits = std::to_string(item);
    return folder(plan) + std::string(8 - std::min<std::size_t>(digits.size(), 8), '0') + digits;
  }

  /// Empty where this is not the plan any more.
  std::vector<stored_item> all(std::uint64_t id) const {
    auto const now = plan();
    if (!now || now->id != id) return {};
    std::vector<stored_item> known(now->items);
    for (auto& one : known) one.entry.state = to_string(work::open);
    auto const at = folder(id);
    for (auto const& s : state_.list(at)) {
      std::uint64_t item = now->items;
      std::from_chars(s.path.data() + at.size(), s.path.data() + s.path.size(), item);
      if (item < known.size()) known[item] = {lifecycle::entry::decode<work_entry>("work", s.path, s.value), s.revision};
    }
    return known;
  }

  static std::uint64_t new_token() {
    std::random_device random;
    return std::uint64_t{random()} << 32 | random();
  }

  State& state_;
  std::string root_;
};

/// A state store that keeps queues of its own, fit for more claims a second: they are its `state_queue` then.
template <class State>
concept queueing_state_store = lifecycle::state_store<State> && requires(State& state, std::string_view name) {
  { state.queue(name) } -> work_queue;
};

template <queueing_state_store State>
class state_queue<State> : public decltype(std::declval<State&>().queue(std::string_view())) {
  using own = decltype(std::declval<State&>().queue(std::string_view()));

public:
  state_queue(State & state, std::string_view name) : own(state.queue(name)) {}
};

} // namespace zddm::backfill
