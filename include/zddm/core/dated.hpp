// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <type_traits>

#include <boost/hana/define_struct.hpp>

namespace zddm {

/// Milliseconds since the Unix epoch. Two that are at most a second apart count as the same where values are compared, since
/// a store that tells what is left of a time to live is measured anew at each look.
enum class instant : std::int64_t {};

/// What instants are measured on: the wall clock, which every process and store of a fleet has to keep.
struct wall_clock {
  static instant now() {
    auto const since = std::chrono::system_clock::now().time_since_epoch();
    return instant{std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
  }
};

/// A value and the instant at which it ends, so that each copy of it ends then, whenever it was made.
template <class Value> struct dated {
  BOOST_HANA_DEFINE_STRUCT(dated, (Value, value), (std::optional<zddm::instant>, until)); // nothing: it lives for ever

  bool ended(instant now) const { return until && *until <= now; }

  friend bool operator==(dated const&, dated const&) = default;
};

/// The mapping of values, for values that are dated: an end stays as it is.
template <class Mapping> struct dated_mapping : Mapping {
  template <class Value> static auto to_new(dated<Value> const& v) {
    return dated<std::remove_cvref_t<decltype(Mapping::to_new(v.value))>>{Mapping::to_new(v.value), v.until};
  }
  template <class Value>
    requires requires(Value const& v) { Mapping::to_old(v); }
  static auto to_old(dated<Value> const& v) {
    return dated<std::remove_cvref_t<decltype(Mapping::to_old(v.value))>>{Mapping::to_old(v.value), v.until};
  }
};

} // namespace zddm
