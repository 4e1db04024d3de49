// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdlib>
#include <stdexcept>
#include <string>

#include <sched.h>
#include <sys/types.h>
#include <unistd.h>

namespace test {

/// A cable from this machine to a network namespace in which a process is alone; it can be cut and mended. Goes with the
/// process. Needs the right to administer networks, and the package iproute2.
class cable {
public:
  /// To be called by the process that is to be alone, before `cable` is made for it.
  static void isolate() {
    if (::unshare(CLONE_NEWNET) != 0) throw std::runtime_error("no network namespace can be made: run the tests as root");
  }

  /// `number` from 1 to 250 tells the cables of the calling process apart.
  cable(int number, pid_t process) : name_("zddm" + std::to_string(::getpid() % 100'000) + "x" + std::to_string(number)) {
    auto const inside = "nsenter -t " + std::to_string(process) + " -n ip ";
    run("ip link add " + name_ + " type veth peer name far netns " + std::to_string(process));
    run("ip addr add " + address(number) + "/30 dev " + name_);
    run("ip link set " + name_ + " up");
    run(inside + "addr add " + address(number, true) + "/30 dev far");
    run(inside + "link set far up");
  }
  cable(cable const&) = delete;
  cable& operator=(cable const&) = delete;
  ~cable() { [[maybe_unused]] int const gone_already = std::system(("ip link del " + name_ + " 2>/dev/null").c_str()); }

  /// The address of its end on this side; of the end on the other side with `far`. Other programs have others.
  static std::string address(int number, bool far = false) {
    return "10." + std::to_string(100 + ::getpid() % 100) + '.' + std::to_string(number) + (far ? ".2" : ".1");
  }

  void cut() const { run("ip link set " + name_ + " down"); }
  void mend() const { run("ip link set " + name_ + " up"); }

private:
  static void run(std::string const& command) {
    if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
  }

  std::string name_;
};

} // namespace test
