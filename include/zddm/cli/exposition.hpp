// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

namespace zddm::cli {

/// Samples in the text format of Prometheus, those of one name together.
class exposition {
public:
  using labels = std::vector<std::pair<std::string_view, std::string>>;

  /// `kind`: gauge or counter.
  void describe(std::string_view name, std::string_view kind, std::string_view help) {
    families_.push_back({name, fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, kind), {}});
  }

  /// Of a name that was described.
  void sample(std::string_view name, labels const& of, double value) {
    std::string text;
    for (auto const& [label, says] : of) text += fmt::format("{}{}=\"{}\"", text.empty() ? "" : ",", label, escaped(says));
    for (auto& one : families_)
      if (one.name == name) one.samples += fmt::format("{}{{{}}} {}\n", name, text, value);
  }

  std::string text() const {
    std::string all;
    for (auto const& one : families_)
      if (!one.samples.empty()) all += one.head + one.samples;
    return all;
  }

private:
  struct family {
    std::string_view name;
    std::string head, samples;
  };

  static std::string escaped(std::string_view text) {
    std::string out;
    for (char const c : text)
      if (c == '\n')
        out += "\\n";
      else {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
      }
    return out;
  }

  std::vector<family> families_;
};

} // namespace zddm::cli
