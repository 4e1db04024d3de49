// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

namespace test {

/// A child process that runs `f` and ends, without destructors, with 0 if it returned true, 1 if false, 2 if it threw.
class process {
public:
  template <class F> explicit process(F f) : pid_(fork()) {
    if (pid_ < 0) throw std::runtime_error("cannot fork");
    if (pid_ != 0) return;
    int status = 2;
    try {
      status = f() ? 0 : 1;
    } catch (std::exception const& e) {
      std::fprintf(stderr, "in a child process: %s\n", e.what());
    }
    _exit(status);
  }
  process(process&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}
  process& operator=(process&&) = delete;
  ~process() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

  /// Sends SIGKILL and waits for the end.
  void kill() {
    ::kill(pid_, SIGKILL);
    waitpid(std::exchange(pid_, -1), nullptr, 0);
  }

  void signal(int number) const { ::kill(pid_, number); }

  /// Whether it has ended; `wait` then says how.
  bool ended() const {
    siginfo_t what{};
    return ::waitid(P_PID, static_cast<id_t>(pid_), &what, WEXITED | WNOHANG | WNOWAIT) == 0 && what.si_pid == pid_;
  }

  /// Waits for the end: the exit status, or 128 and the signal.
  int wait() {
    int status = 0;
    waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

private:
  pid_t pid_;
};

/// Memory that forked processes share.
template <class T> class shared_memory {
public:
  shared_memory() : at_(new(::mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) T) {}
  shared_memory(shared_memory const&) = delete;
  ~shared_memory() { ::munmap(at_, sizeof(T)); }
  T* operator->() const { return at_; }
  T& operator*() const { return *at_; }

private:
  T* at_;
};

/// Runs `f(i)` in n processes beside each other; true if all of them returned true.
template <class F> bool in_processes(int n, F f) {
  std::vector<process> all;
  for (int i = 0; i < n; ++i) all.emplace_back([&] { return f(i); });
  bool good = true;
  for (auto& p : all) good &= p.wait() == 0;
  return good;
}

} // namespace test
