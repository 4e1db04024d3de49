// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>
#include <fstream>
#include <string>

#include <zddm/core/error.hpp>

/// The present run of the machine: a clock that every process on it shares.
namespace zddm::sqlite::boot {

/// Names this run of the machine; no other has the same name.
inline std::string id() {
  std::string id;
  if (!(std::ifstream("/proc/sys/kernel/random/boot_id") >> id))
    throw store_error(
        error_class::permanent,
        "/proc/sys/kernel/random/boot_id cannot be read, so a restart of the machine could not be told; nothing was "
        "changed. Mount /proc",
        232);
  return id;
}

/// Since the machine was started, sleep included.
inline std::chrono::milliseconds time() {
  ::timespec t{};
  ::clock_gettime(CLOCK_BOOTTIME, &t);
  return std::chrono::milliseconds(std::int64_t{t.tv_sec} * 1000 + t.tv_nsec / 1'000'000);
}

} // namespace zddm::sqlite::boot
