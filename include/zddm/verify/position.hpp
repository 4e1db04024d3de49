// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/hana/define_struct.hpp>

#include <zddm/verify/report.hpp>

namespace zddm::verify {

/// A range of keys that is still to be compared; keys are in their text form.
struct part {
  BOOST_HANA_DEFINE_STRUCT(part, (bool, back), // New's keys are looked up in Old
                           (std::optional<std::string>, after), (std::optional<std::string>, upto));
};

/// How far a verification is: a later one goes on from here. Nothing to do means that a pass begins, which first looks again at
/// what was found before.
struct position {
  BOOST_HANA_DEFINE_STRUCT(position, (std::uint64_t, seed),   // of the sample
                           (std::vector<verify::part>, todo), //
                           (std::uint64_t, walked),           // keys gone over
                           (std::uint64_t, whole),            // about as many are to be gone over in all
                           (verify::report, found),           // so far; each suspect has been rechecked
                           (std::int64_t, at_ms));            // when, wall clock
};

} // namespace zddm::verify
