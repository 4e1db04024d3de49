// SPDX-License-Identifier: BSL-1.0
#pragma once

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

} // namespace zddm::cli
