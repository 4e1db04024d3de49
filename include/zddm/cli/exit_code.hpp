// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <string_view>
#include <utility>

namespace zddm::cli {

/// What a command says to the script that ran it.
enum class exit_code : int {
  done = 0,           ///< done, or it was already there
  failed = 1,         ///< failed while working
  usage = 2,          ///< wrong usage
  refused = 3,        ///< an illegal step, or a gate that is not met
  held = 4,           ///< another operator works on the migration
  mismatches = 5,     ///< the stores do not agree
  unacknowledged = 6, ///< some process did not obey in time
  unreachable = 7,    ///< the state store was not reached
  interrupted = 130,  ///< Ctrl-C; the checkpoint is saved and the lease given back
  terminated = 143    ///< asked to end; likewise
};

/// In words, for the manual page.
inline constexpr auto exit_codes = std::to_array<std::pair<exit_code, std::string_view>>({
    {exit_code::done, "done, or already there"},
    {exit_code::failed, "failed while working"},
    {exit_code::usage, "wrong usage"},
    {exit_code::refused, "refused: an illegal step, or a gate that is not met"},
    {exit_code::held, "another operator holds the migration"},
    {exit_code::mismatches, "open mismatches"},
    {exit_code::unacknowledged, "some process has not acknowledged in time"},
    {exit_code::unreachable, "state store not reached"},
    {exit_code::interrupted, "interrupted, with the checkpoint saved and the lease given back"},
    {exit_code::terminated, "asked to end; likewise"},
});

} // namespace zddm::cli
