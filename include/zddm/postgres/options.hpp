// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>

namespace zddm::postgres {

/// How long a PostgreSQL server is waited for, and what may be made there.
struct options {
  /// How long one host of the address may take until a connection to it is ready, the look-up of its name apart.
  std::chrono::milliseconds connect_timeout{5000};
  /// How long the server may work on one statement before it fails as `transient`. A server that says nothing is given up
  /// a second after that.
  std::chrono::milliseconds call_timeout{5000};
  /// Makes tables that are missing.
  bool create = true;
};

} // namespace zddm::postgres
