// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include <pthread.h>
#include <sys/stat.h>

#include <zddm/lmdb/fail.hpp>

namespace zddm::lmdb {

/// This process's only use of an LMDB file. LMDB keeps its locks by process: a process that opened one file twice would lose
/// them as it closes one of the two, and a child has neither the locks nor the right to touch what its parent opened.
class claim {
public:
  /// Calls `open`, which makes `file` if it is not there, unless this process has it open; then throws ZD-137.
  template <class Open> claim(std::string const& path, std::string const& file, Open&& open) {
    auto& all = everyone();
    std::lock_guard const lock(all.mutex);
    if (auto const at = identity(file); at != nowhere && all.files.contains(at))
      refuse(137, path, "is open in this process already, and LMDB allows that once",
             "Share the one environment among the stores");
    std::forward<Open>(open)();
    file_ = identity(file);
    all.files.insert(file_);
    forks_ = all.forks.load(std::memory_order_relaxed);
  }
  claim(claim const&) = delete;
  claim& operator=(claim const&) = delete;
  ~claim() {
    auto& all = everyone();
    std::lock_guard const lock(all.mutex);
    if (valid()) all.files.erase(file_);
  }

  /// False in a process that was forked since.
  bool valid() const noexcept { return forks_ == everyone().forks.load(std::memory_order_relaxed); }

private:
  using file_id = std::pair<dev_t, ino_t>;
  static constexpr file_id nowhere{};

  struct registry {
    std::mutex mutex;
    std::set<file_id> files;
    std::atomic<unsigned> forks{0};
  };

  /// Never destroyed, since a fork may happen as late as a process likes.
  static registry& everyone() {
    static registry& all = *[] {
      auto* const made = new registry;
      pthread_atfork([] { everyone().mutex.lock(); }, [] { everyone().mutex.unlock(); },
                     [] {
                       everyone().files.clear();
                       everyone().forks.fetch_add(1, std::memory_order_relaxed);
                       everyone().mutex.unlock();
                     });
      return made;
    }();
    return all;
  }

  static file_id identity(std::string const& file) {
    struct stat s{};
    return ::stat(file.c_str(), &s) == 0 ? file_id{s.st_dev, s.st_ino} : nowhere;
  }

  file_id file_ = nowhere;
  unsigned forks_ = 0;
};

} // namespace zddm::lmdb
