// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <zddm/core/counterpart.hpp>
#include <zddm/core/diff.hpp>
#include <zddm/core/digest.hpp>
#include <zddm/core/record.hpp>
#include <zddm/core/store.hpp>
#include <zddm/core/text.hpp>
#include <zddm/core/timing.hpp>
#include <zddm/verify/digest.hpp>
#include <zddm/verify/look_at.hpp>
#include <zddm/verify/lookup.hpp>
#include <zddm/verify/merge.hpp>
#include <zddm/verify/position.hpp>
#include <zddm/verify/recheck.hpp>
#include <zddm/verify/report.hpp>
#include <zddm/verify/sample.hpp>
#include <zddm/verify/stretch.hpp>

namespace zddm::verify {

/// Where a running verification is.
struct status {
  std::uint64_t walked = 0; ///< keys gone over
  std::uint64_t whole = 0;  ///< about as many are to be gone over in all
  report const& found;      ///< so far
};

struct options {
  std::size_t page = 1000;            ///< rows held of each store
  std::size_t most_suspects = 10'000; ///< held at a time; when there are so many they are rechecked before the pass goes on
  std::size_t most_listed = 100;      ///< mismatches named in the report; all are counted
  bool values = false;                ///< the report may show what the stores hold
  bool by_lookup = false;             ///< the keys of the stores are not in the same order
  bool digests = true;                ///< compare digests of ranges first, where a store makes them
  verify::sample sample;              ///< less than everything
  verify::patience patience;
  std::optional<position> from;                                       ///< where an earlier verification of the same kind was
  std::chrono::milliseconds save_every{5000};                         ///< a killed verification repeats about as much work
  std::function<void(position const&)> save = [](position const&) {}; ///< keeps how far it is
  std::function<void()> confirm = [] {};                          ///< before anything is said of suspects; may throw to end it
  std::function<void(status const&)> told = [](status const&) {}; ///< after each stretch and recheck
  zddm::timing timing;
  std::stop_token stop;
};

namespace detail {

template <class Value> std::optional<std::string> digest_in_hex(std::optional<Value> const& value) {
  std::array<char, 17> text{};
  if constexpr (field<Value>)
    if (value) std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(digest_of(*value)));
  return text[0] ? std::optional<std::string>(text.data()) : std::nullopt;
}

template <class Old, class New, class Found, class Way> class verification {
public:
  verification(Old& from, New& to, options const& o, Found& found, Way const& how)
      : from_(from), to_(to), o_(o), found_(found), how_(how) {}

  report run() {
    start();
    auto saved_at = o_.timing.now();
    while (!at_.todo.empty() && !o_.stop.stop_requested()) {
      part& now = at_.todo.front();
      auto const n = go_over(now);
      at_.walked += n.walked;
      at_.found.rows += n.compared;
      if (n.ends)
        at_.todo.erase(at_.todo.begin());
      else if (n.last)
        now.after = text::encode(*n.last);
      o_.told({at_.walked, at_.whole, at_.found});
      if (at_.todo.empty() || o_.timing.now() - saved_at < o_.save_every) continue;
      settle();
      if (o_.stop.stop_requested()) break;
      save();
      saved_at = o_.timing.now();
    }
    settle();
    at_.found.complete = at_.todo.empty() && !o_.stop.stop_requested() && !o_.sample.partial();
    return at_.found;
  }

private:
  using key = key_of<New>;
  using value = value_of<New>;
  using suspect_type = suspect<key, value>;

  static constexpr std::uint64_t stretch_keys = 65'536;

  struct before {
    bool operator()(key const& a, key const& b) const { return detail::compare(a, b) < 0; }
  };

  /// Takes up what an earlier verification left, or begins; what it had found is looked at once more.
  void start() {
    position const fresh{};
    position const& earlier = o_.from ? *o_.from : fresh;
    bool const goes_on = !earlier.todo.empty();
    if (goes_on)
      at_ = earlier;
    else
      begin();
    auto const now = o_.timing.now();
    auto const since = std::chrono::milliseconds(earlier.at_ms == 0 ? 0 : std::max<std::int64_t>(wall_ms() - earlier.at_ms, 0));
    at_.found.listed.clear();
    for (auto const& m : earlier.found.listed) {
      if (m.old_key) {
        if (goes_on) list(m);
        continue;
      }
      auto const was = kind_named(m.kind).value_or(kind::damaged);
      if (goes_on) --at_.found.wrong.of(was);
      auto const k = text::decode<key>(m.key);
      known_.insert(k);
      suspects_.push_back({k, was, now - since - std::chrono::milliseconds(m.age_ms), 0, {}});
    }
    if (!suspects_.empty()) settle();
  }

  void begin() {
    at_ = {};
    at_.seed = o_.sample.seed ? *o_.sample.seed : random_seed();
    at_.todo = parts_of(from_, o_.sample, at_.seed, false);
    at_.whole = share_of(at_.todo.size(), to_.size());
    if (!by_lookup()) return;
    auto const back = parts_of(to_, o_.sample, at_.seed, true);
    at_.whole += share_of(back.size(), to_.size());
    at_.todo.insert(at_.todo.end(), back.begin(), back.end());
  }

  std::uint64_t share_of(std::size_t parts, std::uint64_t rows) const {
    return o_.sample.ranges == 0 ? rows : std::min<std::uint64_t>(rows, parts * o_.sample.rows_a_range);
  }

  bool by_lookup() const { return o_.by_lookup || !ordered_like_new<Old> || !ordered_like_new<New>; }

  advance<key> go_over(part const& now) {
    stretch<key> s{{decoded(now.after), decoded(now.upto)}, stretch_keys, o_.page, {}, o_.stop};
    if (!o_.sample.share.is_open()) s.takes = [this](key const& k) { return o_.sample.share.admits(sample_hash(k, at_.seed)); };
    auto const odd = [this](kind seems, key const& at) {
      if (known_.contains(at)) return;
      suspects_.push_back({at, seems, o_.timing.now(), 0, {}});
      if (suspects_.size() >= o_.most_suspects) settle();
    };
    auto const keyless = [this](std::string const& old_key) {
      list({old_key, std::string(to_string(kind::unmappable)), {}, 0, true, {}, {}, {}, {}});
      at_.found.wrong.add(kind::unmappable);
      ++at_.found.rows;
    };
    if (now.back) return lookup_back(from_, to_, s, odd, keyless);
    if (by_lookup()) return lookup(from_, to_, s, odd, keyless);
    if constexpr (digestible<Old, New>) {
      if (o_.digests && o_.sample.share.is_open() && undigested_-- <= 0) {
        std::uint64_t merged = 0;
        auto const n = digest(from_, to_, s, odd, keyless, merged);
        undigested_ = merged * 2 > n.walked ? stretches_merged : 0; // digests only cost where ranges hardly ever agree
        return n;
      }
    }
    return merge(from_, to_, s, odd, keyless);
  }

  static std::optional<key> decoded(std::optional<std::string> const& text) {
    return text ? std::optional(text::decode<key>(*text)) : std::nullopt;
  }

  void settle() {
    std::vector<suspect_type> wrong;
    auto const n = verify::recheck(from_, to_, how_, suspects_, o_.patience, o_.timing, o_.stop,
                                   [&](suspect_type const& s) { wrong.push_back(s); });
    o_.confirm();
    for (auto const& s : wrong) {
      at_.found.wrong.add(s.seen);
      list(named(s));
      if constexpr (std::is_void_v<std::invoke_result_t<Found&, suspect_type const&>>)
        found_(s);
      else if (found_(s))
        at_.found.repaired.add(s.seen);
    }
    at_.found.settled += n.agreed;
    at_.found.unknown += n.unknown;
    at_.found.in_flight += n.in_flight;
    o_.told({at_.walked, at_.whole, at_.found});
  }

  void save() {
    at_.at_ms = wall_ms();
    position shown = at_;
    for (auto& m : shown.found.listed) m.old_value = m.new_value = std::nullopt;
    o_.save(shown);
  }

  void list(mismatch m) {
    if (at_.found.listed.size() < o_.most_listed) at_.found.listed.push_back(std::move(m));
  }

  mismatch named(suspect_type const& s) const {
    auto const age = std::chrono::duration_cast<std::chrono::milliseconds>(o_.timing.now() - s.since);
    auto const& in_old = s.last.in_old;
    auto const& in_new = s.last.in_new;
    mismatch m{text::encode(s.key),
               std::string(to_string(s.seen)),
               {},
               static_cast<std::uint64_t>(age.count()),
               false,
               digest_in_hex(in_old),
               digest_in_hex(in_new),
               {},
               {}};
    if (s.seen == kind::differs) m.columns = differing(*in_old, *in_new);
    if (o_.values && in_old) m.old_value = text::encode(*in_old);
    if (o_.values && in_new) m.new_value = text::encode(*in_new);
    return m;
  }

  static std::int64_t wall_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  }

  static constexpr int stretches_merged = 7;

  Old& from_;
  New& to_;
  options const& o_;
  Found& found_;
  Way const& how_;
  std::vector<suspect_type> suspects_;
  std::set<key, before> known_; ///< looked at before the pass; not to be told twice
  position at_{};
  int undigested_ = 0; ///< stretches that are merged before digests are tried again
};

} // namespace detail

/// Compares Old and New while both are in use, and reports what stays wrong. `found(suspect)` is called for each such key,
/// so that a repair can follow at once; it may say whether the stores agree on it now. Changes nothing. Goes on from
/// `options::from`. `how` is the way to look at a key, see `look_at`. Throws what a store throws, and ZD-141 (see `merge`).
template <scannable_store Old, scannable_store New, class Found = zddm::detail::any_sink, class Way = way_of<Old, New>>
report run(Old& from, New& to, options const& o = {}, Found found = {}, Way const& how = {}) {
  return detail::verification<Old, New, Found, Way>(from, to, o, found, how).run();
}

} // namespace zddm::verify
