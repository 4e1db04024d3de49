// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include <sys/mman.h>

namespace zddm::lmdb {

/// Where this process has mapped a file, which LMDB does not say of its map.
class file_mapping {
public:
  /// Of a file that is there.
  explicit file_mapping(std::string const& file) {
    std::error_code ignored; // what cannot be named is not found
    path_ = std::filesystem::canonical(file, ignored).string();
  }

  /// Takes the pages of the file out of this process's memory: they stay in the kernel's cache, and are mapped again when they
  /// are touched. Changes nothing of what is read; threads may read meanwhile. Does nothing where the system does not tell what
  /// is mapped where.
  void give_back() const {
    if (path_.empty()) return;
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
      if (!line.ends_with(' ' + path_)) continue;
      unsigned long long from = 0, to = 0;
      char shared = 0;
      if (std::sscanf(line.c_str(), "%llx-%llx %*3c%c", &from, &to, &shared) == 3 && shared == 's')
        ::madvise(reinterpret_cast<void*>(static_cast<std::uintptr_t>(from)), to - from, MADV_DONTNEED);
    }
  }

private:
  std::string path_;
};

} // namespace zddm::lmdb
