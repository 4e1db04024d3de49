// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include <zddm/core/text.hpp>

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
    while (!text.empty()) {
      auto const n = text::detail::shown_character(text);
      if (text[0] == '\n')
        out += "\\n";
      else if (n == 0 && static_cast<unsigned char>(text[0]) >= 0x80)
        out += "\xef\xbf\xbd"; // one who reads the samples refuses them all for a label that is no UTF-8
      else {
        if (text[0] == '"' || text[0] == '\\') out += '\\';
        out += text.substr(0, std::max<std::size_t>(n, 1));
      }
      text.remove_prefix(std::max<std::size_t>(n, 1));
    }
    return out;
  }

  std::vector<family> families_;
};

} // namespace zddm::cli
