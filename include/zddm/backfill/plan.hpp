// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/hana/define_struct.hpp>

#include <zddm/backfill/chunk.hpp>
#include <zddm/core/text.hpp>
#include <zddm/lifecycle/entry.hpp>

namespace zddm::backfill {

/// What is to be copied. Made once, before the first row; keys are in their text form. Each chunk is an item of a work queue.
struct plan {
  BOOST_HANA_DEFINE_STRUCT(plan, (std::string, identity),      // what the plan was made for
                           (std::uint64_t, rows),              // how many there were
                           (std::vector<std::string>, bounds), // the last key of each chunk
                           (bool, tail));                      // one more chunk has no last key

  template <class Key> static plan of(backfill::cuts<Key> const& made, std::string identity) {
    plan p{std::move(identity), made.rows, {}, made.tail};
    for (auto const& bound : made.bounds) p.bounds.push_back(text::encode(bound));
    return p;
  }

  template <class Key> backfill::cuts<Key> cuts() const {
    backfill::cuts<Key> all{{}, tail, rows};
    for (auto const& bound : bounds) all.bounds.push_back(text::decode<Key>(bound));
    return all;
  }

  std::size_t chunks() const { return bounds.size() + tail; }

  /// The text of the plan in a queue.
  std::string encoded() const { return lifecycle::entry::encode("plan", *this); }

  /// Throws ZD-201 for what is no plan, and ZD-202 for one of a later format.
  static plan decoded(std::string_view text) { return lifecycle::entry::decode<plan>("plan", "the plan of a backfill", text); }

  friend bool operator==(plan const&, plan const&) = default;
};

} // namespace zddm::backfill
