// SPDX-License-Identifier: BSL-1.0
#pragma once

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

/// Nothing for any other text.
constexpr std::optional<kind> kind_named(std::string_view text) {
  for (auto const k : {kind::missing, kind::extra, kind::differs, kind::unmappable, kind::damaged})
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

/// What a verification found. A key is counted in one of `open`, `in_flight`, `unknown` and `settled` if the first pass
/// found something odd about it.
struct report {
  BOOST_HANA_DEFINE_STRUCT(report, (bool, complete),                 // every key of both stores was compared
                           (std::uint64_t, rows),                    // keys compared
                           (std::uint64_t, settled),                 // agreed when they were looked at again
                           (std::uint64_t, in_flight),               // changed whenever they were looked at
                           (std::uint64_t, unknown),                 // New asks Old for them: right, but not yet healed
                           (verify::counts, open),                   // wrong at every look
                           (std::vector<verify::mismatch>, listed)); // the first of those

  bool clean() const { return complete && open.total() == 0; }
};

} // namespace zddm::verify
