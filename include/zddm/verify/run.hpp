// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <zddm/core/diff.hpp>
#include <zddm/core/mapping.hpp>
#include <zddm/core/store.hpp>
#include <zddm/core/text.hpp>
#include <zddm/core/timing.hpp>
#include <zddm/verify/lookup.hpp>
#include <zddm/verify/merge.hpp>
#include <zddm/verify/recheck.hpp>
#include <zddm/verify/report.hpp>

namespace zddm::verify {

struct options {
  std::size_t page = 1000;            ///< rows held of each store
  std::size_t most_suspects = 10'000; ///< held at a time; when there are so many they are rechecked before the pass goes on
  std::size_t most_listed = 100;      ///< mismatches named in the report; all are counted
  bool values = false;                ///< the report may show what the stores hold
  bool by_lookup = false;             ///< the keys of the stores are not in the same order
  verify::patience patience;
  std::function<void(report const&)> told = [](report const&) {}; ///< after each recheck
  zddm::timing timing;
  std::stop_token stop;
};

namespace detail {

template <class Old, class New, class Found> class verification {
public:
  verification(Old& from, New& to, options const& o, Found& found) : from_(from), to_(to), o_(o), found_(found) {}

  report run() {
    auto const odd = [this](kind, key const& at) {
      suspects_.push_back({at, o_.timing.now(), 0, {}});
      if (suspects_.size() >= o_.most_suspects) settle();
    };
    auto const keyless = [this](std::string const& old_key) {
      list({old_key, std::string(to_string(kind::unmappable)), {}, 0, {}, {}});
      report_.open.add(kind::unmappable);
      ++keyless_;
    };
    bool const by_lookup = o_.by_lookup || !ordered_like_new<Old> || !ordered_like_new<New>;
    report_.rows = by_lookup ? verify::lookup(from_, to_, o_.page, o_.stop, odd, keyless)
                             : verify::merge(from_, to_, o_.page, o_.stop, odd, keyless);
    report_.rows += keyless_;
    settle();
    report_.complete = !o_.stop.stop_requested();
    return report_;
  }

private:
  using key = key_of<New>;
  using value = value_of<New>;
  using suspect_type = suspect<key, value>;

  void settle() {
    auto const n = verify::recheck(from_, to_, suspects_, o_.patience, o_.timing, o_.stop, [&](suspect_type const& s) {
      report_.open.add(*s.last.wrong);
      list(named(s));
      found_(s);
    });
    report_.settled += n.agreed;
    report_.unknown += n.unknown;
    report_.in_flight += n.in_flight;
    o_.told(report_);
  }

  void list(mismatch m) {
    if (report_.listed.size() < o_.most_listed) report_.listed.push_back(std::move(m));
  }

  mismatch named(suspect_type const& s) const {
    auto const age = std::chrono::duration_cast<std::chrono::milliseconds>(o_.timing.now() - s.since);
    mismatch m{text::encode(s.key), std::string(to_string(*s.last.wrong)), {}, static_cast<std::uint64_t>(age.count()), {}, {}};
    if (s.last.wrong == kind::differs) m.columns = differing(*s.last.in_old, *s.last.in_new);
    if (o_.values && s.last.in_old) m.old_value = text::encode(*s.last.in_old);
    if (o_.values && s.last.in_new) m.new_value = text::encode(*s.last.in_new);
    return m;
  }

  Old& from_;
  New& to_;
  options const& o_;
  Found& found_;
  std::vector<suspect_type> suspects_;
  report report_{};
  std::uint64_t keyless_ = 0;
};

} // namespace detail

/// Compares Old and New while both are in use, and reports what stays wrong. `found(suspect)` is called for each such key,
/// so that a repair can follow at once. Changes nothing. Throws what a store throws, and ZD-141 (see `merge`).
template <scannable_store Old, scannable_store New, class Found = zddm::detail::any_sink>
report run(Old& from, New& to, options const& o = {}, Found found = {}) {
  return detail::verification<Old, New, Found>(from, to, o, found).run();
}

} // namespace zddm::verify
