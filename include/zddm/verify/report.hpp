// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/hana/define_struct.hpp>

namespace zddm::verify {

/// What can be wrong with a key in New.
enum class kind : std::uint8_t {
  missing,    ///< Old has it, New has not
  extra,      ///< New has it, Old has not
  differs,    ///< both have it, with different values
  unmappable, ///< Old's row has no counterpart in New's shape
  damaged     ///< New's record of the key cannot be read
};

constexpr std::string_view to_string(kind k) {
  switch (k) {
  case kind::missing: return "missing";
  case kind::extra: return "extra";
  case kind::differs: return "differs";
  case kind::unmappable: return "unmappable";
  case kind::damaged: break;
  }
  return "damaged";
}

inline constexpr std::array every_kind{kind::missing, kind::extra, kind::differs, kind::unmappable, kind::damaged};

/// Nothing for any other text.
constexpr std::optional<kind> kind_named(std::string_view text) {
  for (auto const k : every_kind)
    if (to_string(k) == text) return k;
  return std::nullopt;
}

/// How many keys of each kind.
struct counts {
  BOOST_HANA_DEFINE_STRUCT(counts, (std::uint64_t, missing), (std::uint64_t, extra), (std::uint64_t, differs),
                           (std::uint64_t, unmappable), (std::uint64_t, damaged));

  std::uint64_t total() const { return missing + extra + differs + unmappable + damaged; }

  void add(kind k) { ++of(k); }

  std::uint64_t& of(kind k) {
    switch (k) {
    case kind::missing: return missing;
    case kind::extra: return extra;
    case kind::differs: return differs;
    case kind::unmappable: return unmappable;
    case kind::damaged: break;
    }
    return damaged;
  }
  std::uint64_t of(kind k) const { return counts(*this).of(k); }

  counts& operator+=(counts const& more) {
    for (auto const k : every_kind) of(k) += more.of(k);
    return *this;
  }
  friend counts operator+(counts a, counts const& b) { return a += b; }

  /// Of each kind what is left, never less than none.
  counts without(counts const& gone) const {
    counts left = *this;
    for (auto const k : every_kind) left.of(k) -= std::min(gone.of(k), left.of(k));
    return left;
  }
};

/// A key that was wrong at every look. Values are there only if they were asked for; digests (`digest_of`, in hexadecimal) of
/// what is there.
struct mismatch {
  BOOST_HANA_DEFINE_STRUCT(mismatch, (std::string, key), (std::string, kind), (std::vector<std::string>, columns), // that differ
                           (std::uint64_t, age_ms), // since it was first seen
                           (bool, old_key),         // the key is Old's: it has no counterpart
                           (std::optional<std::string>, old_digest), (std::optional<std::string>, new_digest),
                           (std::optional<std::string>, old_value), (std::optional<std::string>, new_value));
};

/// What a verification found. A key about which the first pass found something odd is counted in one of `settled`, `in_flight`,
/// `unknown` and `wrong`, under the kind it was of when it last seemed wrong.
struct report {
  BOOST_HANA_DEFINE_STRUCT(report, (bool, complete),                 // every key of both stores was compared
                           (std::uint64_t, rows),                    // keys compared
                           (verify::counts, settled),                // agreed when they were looked at again
                           (verify::counts, in_flight),              // changed whenever they were looked at
                           (verify::counts, unknown),                // New asks Old for them: right, but not yet healed
                           (verify::counts, wrong),                  // wrong at every look
                           (verify::counts, repaired),               // of those: a repair has made the stores agree on them
                           (std::vector<verify::mismatch>, listed)); // the first that were wrong

  counts open() const { return wrong.without(repaired); }
  counts seen() const { return settled + in_flight + unknown + wrong; }
  bool clean() const { return complete && open().total() == 0; }
};

} // namespace zddm::verify
