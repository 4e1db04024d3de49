// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fstream>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include <zddm/cli/console.hpp>
#include <zddm/cli/failure.hpp>

namespace zddm::cli {

/// Events at the end of a file, a line each, as `--json` shows them. Throws `failure` (exit 1) where the file cannot be written.
class event_file {
public:
  /// Without a path nothing is written.
  explicit event_file(std::string path) : path_(std::move(path)) {
    if (!path_.empty()) out_.open(path_, std::ios::app);
    confirm();
  }

  void event(std::string_view name, json const& fields) {
    if (path_.empty()) return;
    out_ << event_line(name, fields) << '\n' << std::flush;
    confirm();
  }

private:
  void confirm() {
    if (path_.empty() || out_) return;
    throw failure(322, exit_code::failed, fmt::format("{} cannot be written", path_), {{"is the path right?", "--output FILE"}},
                  "neither store was changed by that; what was found before is in the file.");
  }

  std::string path_;
  std::ofstream out_;
};

} // namespace zddm::cli
