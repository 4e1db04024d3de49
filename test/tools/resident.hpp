// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace test {

/// Bytes of the file that this process has mapped and holds in memory.
inline std::size_t resident(std::string const& file) {
  auto const path = ' ' + std::filesystem::canonical(file).string();
  std::ifstream maps("/proc/self/smaps");
  std::size_t kilobytes = 0;
  bool here = false;
  for (std::string line; std::getline(maps, line);) {
    if (line.find('-') < line.find(' ')) here = line.ends_with(path);
    if (here && line.starts_with("Rss:")) {
      std::size_t one = 0;
      std::istringstream(line.substr(4)) >> one;
      kilobytes += one;
    }
  }
  return kilobytes * 1024;
}

} // namespace test
