// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <istream>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "package.hpp"

/// What a Debian package index holds, and what of it could not be read.
struct package_index {
  struct complaint {
    std::size_t line;
    std::string what;
  };

  std::map<std::string, package_v1> packages;
  std::vector<complaint> malformed;
  std::size_t repeated = 0; ///< stanzas of a package that was there before; the last one counts

  /// Reads stanzas until the end. Malformed ones are left out and complained of by the line on which they begin.
  static package_index read(std::istream& in) {
    package_index index;
    std::map<std::string, std::string> fields;
    std::string line, field, why;
    std::size_t number = 0, begun = 0;
    auto const close = [&] {
      if (begun == 0) return;
      index.take(fields, begun, why);
      fields.clear();
      field.clear();
      why.clear();
      begun = 0;
    };
    while (std::getline(in, line)) {
      ++number;
      if (!line.empty() && line.back() == '\r') line.pop_back();
      if (line.empty()) {
        close();
        continue;
      }
      if (begun == 0) begun = number;
      if (line.front() == ' ' || line.front() == '\t') {
        if (field.empty())
          why = "a continuation of nothing";
        else
          fields[field] += '\n' + line;
        continue;
      }
      auto const colon = line.find(':');
      if (colon == 0 || colon == std::string::npos) {
        why = "line " + std::to_string(number) + " is neither a field nor a continuation";
        field.clear();
        continue;
      }
      field = line.substr(0, colon);
      auto const value = line.find_first_not_of(" \t", colon + 1);
      if (!fields.emplace(field, value == std::string::npos ? "" : line.substr(value)).second)
        why = "the field " + field + " twice";
    }
    close();
    return index;
  }

private:
  void take(std::map<std::string, std::string>& fields, std::size_t line, std::string why) {
    package_v1 p{};
    auto const name = fields["Package"];
    if (why.empty() && name.empty()) why = "no Package";
    if (why.empty() && name.size() > 200) why = "a Package name of over 200 characters";
    if (why.empty() && fields["Version"].empty()) why = "no Version";
    if (auto const& size = fields["Installed-Size"]; why.empty() && !size.empty()) {
      auto const [end, error] = std::from_chars(size.data(), size.data() + size.size(), p.installed_size);
      if (error != std::errc() || end != size.data() + size.size()) why = "an Installed-Size that is no number";
    }
    if (why.empty())
      for (auto const& [key, value] : fields)
        if (value.find('\0') != std::string::npos) why = "a zero byte in " + key;
    if (!why.empty()) {
      malformed.push_back({line, std::move(why)});
      return;
    }
    p.version = fields["Version"];
    p.architecture = fields["Architecture"];
    p.section = fields["Section"];
    p.maintainer = fields["Maintainer"];
    p.depends = fields["Depends"];
    if (!packages.insert_or_assign(name, std::move(p)).second) ++repeated;
  }
};
