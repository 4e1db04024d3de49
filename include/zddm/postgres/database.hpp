// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>
#include <unistd.h>

#include <zddm/postgres/address.hpp>
#include <zddm/postgres/connection.hpp>
#include <zddm/postgres/options.hpp>
#include <zddm/postgres/query.hpp>
#include <zddm/postgres/result.hpp>

namespace zddm::postgres {

/// A PostgreSQL database for any number of threads, and for processes forked from this one. Each call has a connection of its
/// own, made when none is idle; one that broke is replaced by the next call.
class database {
public:
  explicit database(address at, options o = {}) : address_(std::move(at)), options_(o), shelf_(new shelf) {}
  database(database const&) = delete;
  database& operator=(database const&) = delete;
  /// In a forked process the connections of its parent are left alone: to close them would end the parent's sessions.
  ~database() {
    auto const* const s = shelf_.load();
    if (s->owner == ::getpid()) delete s;
  }

  std::string const& where() const noexcept { return address_.where(); }
  postgres::options const& options() const noexcept { return options_; }

  /// `connection::run` on a connection that is in good order.
  std::vector<result> run(std::span<query const> batch, effect does) {
    auto& s = mine();
    auto c = take(s);
    try {
      auto answers = c->run(batch, does);
      give_back(s, std::move(c));
      return answers;
    } catch (...) {
      // Where one connection broke, those that are idle have most likely broken with it.
      if (c->intact())
        give_back(s, std::move(c));
      else
        clear(s);
      throw;
    }
  }
  result run(query const& one, effect does) { return std::move(run(std::span(&one, 1), does).back()); }

private:
  struct shelf {
    pid_t owner = ::getpid();
    std::mutex mutex;
    std::vector<std::unique_ptr<connection>> idle;
  };

  /// A forked process starts with a shelf of its own: the lock of the inherited one may have been held at that moment.
  shelf& mine() {
    auto* s = shelf_.load();
    if (s->owner == ::getpid()) return *s;
    auto fresh = std::make_unique<shelf>();
    if (shelf_.compare_exchange_strong(s, fresh.get())) return *fresh.release();
    return *s;
  }

  std::unique_ptr<connection> take(shelf& s) {
    for (;;) {
      std::unique_ptr<connection> c;
      {
        std::lock_guard const lock(s.mutex);
        if (s.idle.empty()) break;
        c = std::move(s.idle.back());
        s.idle.pop_back();
      }
      if (c->quiet()) return c;
    }
    return std::make_unique<connection>(address_, options_);
  }

  static void give_back(shelf& s, std::unique_ptr<connection> c) {
    std::lock_guard const lock(s.mutex);
    s.idle.push_back(std::move(c));
  }

  static void clear(shelf& s) {
    std::vector<std::unique_ptr<connection>> idle;
    std::lock_guard const lock(s.mutex);
    idle.swap(s.idle);
  }

  address address_;
  postgres::options options_;
  std::atomic<shelf*> shelf_;
};

} // namespace zddm::postgres
