// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <csignal>
#include <cstdio>
#include <exception>
#include <stdexcept>

#include <sys/wait.h>
#include <unistd.h>

namespace bench {

/// A process of its own that works something out; the answer is plain data.
template <class T> class child {
public:
  template <class F> explicit child(F f) {
    if (::pipe(ends_) != 0 || (pid_ = ::fork()) < 0) throw std::runtime_error("no child process");
    if (pid_ != 0) return;
    try {
      T const answer = f();
      ::_exit(::write(ends_[1], &answer, sizeof answer) == sizeof answer ? 0 : 1);
    } catch (std::exception const& e) {
      std::fprintf(stderr, "%s\n", e.what());
    }
    ::_exit(1);
  }
  child(child const&) = delete;
  child& operator=(child const&) = delete;
  ~child() {
    kill();
    ::close(ends_[0]);
    ::close(ends_[1]);
  }

  T answer() {
    T found{};
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0) {
    }
    pid_ = 0;
    if (status != 0 || ::read(ends_[0], &found, sizeof found) != sizeof found) throw std::runtime_error("a child process failed");
    return found;
  }

  /// At once, and by nothing it could notice.
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0) {
    }
    pid_ = 0;
  }

private:
  int ends_[2] = {-1, -1};
  ::pid_t pid_ = 0;
};

} // namespace bench
