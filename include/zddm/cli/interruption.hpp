// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <ctime>
#include <stop_token>
#include <thread>

#include <pthread.h>

namespace zddm::cli {

/// Thrown where a command stops because it was asked to; everything done so far is saved.
struct interrupted {};

/// Whether the command was asked to stop, and by which signal.
class interruption {
public:
  /// From any thread.
  void request(int signal) {
    int none = 0;
    signal_.compare_exchange_strong(none, signal);
    source_.request_stop();
  }

  std::stop_token token() const { return source_.get_token(); }
  bool requested() const { return source_.stop_requested(); }
  int signal() const { return signal_; }

  /// Throws `interrupted` once a stop was asked for.
  void check() const {
    if (requested()) throw interrupted{};
  }

  /// Sleeps, but no longer than until a stop is asked for; throws then.
  void sleep(std::chrono::milliseconds time) const {
    auto const end = std::chrono::steady_clock::now() + time;
    constexpr std::chrono::milliseconds step{20};
    for (auto left = time; left.count() > 0;) {
      check();
      std::this_thread::sleep_for(std::min(left, step));
      left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    }
    check();
  }

private:
  std::stop_source source_;
  std::atomic<int> signal_{0};
};

/// While it lives SIGINT and SIGTERM ask for a stop instead of ending the process; the second one ends it at once.
/// To be made before other threads are started.
class signal_watch {
public:
  explicit signal_watch(interruption& stop) : stop_(stop) {
    ::sigemptyset(&set_);
    ::sigaddset(&set_, SIGINT);
    ::sigaddset(&set_, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &set_, &before_);
    thread_ = std::jthread([this](std::stop_token const& end) { watch(end); });
  }
  signal_watch(signal_watch const&) = delete;
  signal_watch& operator=(signal_watch const&) = delete;
  ~signal_watch() {
    thread_.request_stop();
    thread_.join();
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

private:
  void watch(std::stop_token const& end) {
    ::timespec const patience{0, 50'000'000};
    while (!end.stop_requested()) {
      int const signal = ::sigtimedwait(&set_, nullptr, &patience);
      if (signal <= 0) continue;
      if (stop_.requested()) {
        std::signal(signal, SIG_DFL);
        ::pthread_sigmask(SIG_UNBLOCK, &set_, nullptr);
        ::raise(signal);
      }
      stop_.request(signal);
    }
  }

  interruption& stop_;
  ::sigset_t set_{};
  ::sigset_t before_{};
  std::jthread thread_;
};

} // namespace zddm::cli
