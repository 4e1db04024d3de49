// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/hana/define_struct.hpp>

#include <zddm/lifecycle/entry.hpp>

namespace zddm::backfill {

/// How far one chunk is: the checkpoint. Every row up to `last` has been offered to New, and is counted exactly once.
struct mark {
  BOOST_HANA_DEFINE_STRUCT(mark, (std::optional<std::string>, last), (std::uint64_t, copied),
                           (std::uint64_t, skipped),                 // were there already, or in somebody's hands
                           (std::uint64_t, refused),                 // have no counterpart in New's shape
                           (std::vector<std::string>, refused_keys), // some of those
                           (std::uint64_t, bytes));                  // of rows read, about

  std::uint64_t covered() const { return copied + skipped + refused; }

  /// What came behind; its `last`, if it has one, is the later.
  mark& operator+=(mark const& m) {
    if (m.last) last = m.last;
    copied += m.copied;
    skipped += m.skipped;
    refused += m.refused;
    bytes += m.bytes;
    refused_keys.insert(refused_keys.end(), m.refused_keys.begin(), m.refused_keys.end());
    return *this;
  }

  /// The note of the chunk in a queue.
  std::string encoded() const { return lifecycle::entry::encode("mark", *this); }

  /// Nothing was noted yet: an empty mark. Throws ZD-201 for what is no mark, and ZD-202 for one of a later format.
  static mark decoded(std::string_view note) {
    return note.empty() ? mark{} : lifecycle::entry::decode<mark>("mark", "the mark of a chunk", note);
  }

  friend bool operator==(mark const&, mark const&) = default;
};

} // namespace zddm::backfill
