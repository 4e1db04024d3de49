// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>

namespace zddm::sqlite {

/// What a commit that returned survives: `full` a loss of power, `normal` (with the write-ahead log) and `off` the end of
/// the process only.
enum class synchronous { full, normal, off };

/// How a database file is opened. A New whose intents may be lost by a loss of power must be no less durable than Old.
struct options {
  /// How long a call waits for locks of others before it fails as `transient`.
  std::chrono::milliseconds busy_timeout{5000};
  zddm::sqlite::synchronous synchronous = zddm::sqlite::synchronous::full;
  /// Puts the file into write-ahead logging, durably, so that readers and the writer do not wait for each other.
  bool write_ahead_log = true;
  /// Makes the file if it is missing.
  bool create = true;
};

} // namespace zddm::sqlite
