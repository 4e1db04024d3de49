// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <zddm/cli/exit_code.hpp>
#include <zddm/core/error.hpp>

namespace zddm::cli {

/// One thing that is in the way, and the command that removes it (may be empty).
struct finding {
  std::string what;
  std::string remedy;
};

/// A command that did not do what it was asked: what happened, what is in the way, why it is safe, and its exit code.
class failure : public error {
public:
  failure(int code, exit_code exit, std::string text, std::vector<finding> findings = {},
          std::string note = "nothing was changed.")
      : error(code, text), exit_(exit), text_(std::move(text)), findings_(std::move(findings)), note_(std::move(note)) {}

  exit_code exit() const noexcept { return exit_; }
  std::string const& text() const noexcept { return text_; }
  std::vector<finding> const& findings() const noexcept { return findings_; }
  std::string const& note() const noexcept { return note_; }

private:
  exit_code exit_;
  std::string text_;
  std::vector<finding> findings_;
  std::string note_;
};

} // namespace zddm::cli
