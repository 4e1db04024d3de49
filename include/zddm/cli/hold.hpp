// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include <zddm/cli/failure.hpp>
#include <zddm/cli/session.hpp>
#include <zddm/lifecycle/operator_lease.hpp>

namespace zddm::cli {

/// The operator lease of one migration for as long as a command works on it, renewed by a thread of its own. If another operator
/// takes it over, the command is stopped.
class hold {
public:
  /// Throws `failure` (exit 4) with who holds the migration.
  hold(session const& s, std::string_view name, std::chrono::milliseconds length = std::chrono::seconds(30))
      : stop_(s.stop), name_(name), lease_(s.state, name, "zd " + s.asked.command, length), every_(length / 3) {
    thread_ = std::jthread([this](std::stop_token const& end) { keep(end); });
  }
  hold(hold const&) = delete;
  hold& operator=(hold const&) = delete;
  ~hold() {
    thread_.request_stop();
    thread_.join();
  }

  /// Throws `failure` (exit 4) if the migration is another operator's now.
  void confirm() {
    std::lock_guard const lock(guard_);
    renew();
  }

private:
  void renew() {
    if (taken_) std::rethrow_exception(taken_);
    try {
      lease_.renew();
    } catch (lifecycle::held const&) {
      taken_ = std::current_exception();
      throw;
    }
  }

  void keep(std::stop_token const& end) {
    std::unique_lock lock(guard_);
    while (!woken_.wait_for(lock, end, every_, [] { return false; }) && !end.stop_requested()) try {
        renew();
      } catch (lifecycle::held const&) {
        stop_.request(0);
        return;
      } catch (...) { // another attempt follows; the lease ends by itself
      }
  }

  interruption& stop_;
  std::string name_;
  lifecycle::operator_lease<shared_state> lease_;
  std::chrono::milliseconds every_;
  std::mutex guard_;
  std::condition_variable_any woken_;
  std::exception_ptr taken_;
  std::jthread thread_;
};

} // namespace zddm::cli
