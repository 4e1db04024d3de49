// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include <unistd.h>

namespace test {

/// An empty folder of its own, removed at the end by the process that made it.
class scratch {
public:
  scratch() : path_((std::filesystem::temp_directory_path() / "zddm-test-XXXXXX").string()) {
    if (!mkdtemp(path_.data())) throw std::runtime_error("no scratch folder");
  }
  scratch(scratch const&) = delete;
  scratch& operator=(scratch const&) = delete;
  ~scratch() {
    std::error_code ignored;
    if (owner_ == getpid()) std::filesystem::remove_all(path_, ignored);
  }

  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

private:
  std::string path_;
  pid_t owner_ = getpid();
};

inline void write_file(std::string const& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

inline std::string read_file(std::string const& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace test
