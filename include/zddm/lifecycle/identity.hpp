// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <fstream>
#include <string>

#include <boost/hana/define_struct.hpp>
#include <unistd.h>

namespace zddm::lifecycle {

/// Names a process so that people find it, and so that another one on the same machine can tell that it is gone.
struct identity {
  BOOST_HANA_DEFINE_STRUCT(identity, (std::string, host), (std::int64_t, pid),
                           (std::string, space)); // the boot and process namespace in which the pid means something

  std::string who() const { return host + ':' + std::to_string(pid); }

  /// True only if the process is known to have ended.
  bool gone() const {
    return !space.empty() && space == self().space && ::kill(static_cast<::pid_t>(pid), 0) != 0 && errno == ESRCH;
  }

  static identity self() {
    std::array<char, 256> host{}, space{};
    ::gethostname(host.data(), host.size() - 1);
    identity me{host.data(), ::getpid(), {}};
    std::string boot;
    if (std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), boot) &&
        ::readlink("/proc/self/ns/pid", space.data(), space.size() - 1) > 0)
      me.space = boot + ' ' + space.data();
    return me;
  }

  friend bool operator==(identity const&, identity const&) = default;
};

} // namespace zddm::lifecycle
