// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include <fmt/core.h>

#include <zddm/cli/failure.hpp>

namespace zddm::cli {

/// The file is there as a whole or not at all. Throws `failure` 417 where it cannot be written.
inline void write_whole(std::filesystem::path const& path, std::string const& text) {
  auto const draft = path.string() + ".tmp";
  std::ofstream out(draft, std::ios::binary);
  out << text << std::flush;
  std::error_code problem;
  if (out) {
    out.close();
    std::filesystem::rename(draft, path, problem);
    if (!problem) return;
  }
  std::error_code ignored;
  std::filesystem::remove(draft, ignored);
  throw failure(417, exit_code::failed, fmt::format("cannot write {}", path.string()),
                {{"is the folder there, and writable?", ""}});
}

} // namespace zddm::cli
