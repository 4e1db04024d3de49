// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/hana/define_struct.hpp>

#include <zddm/core/error.hpp>
#include <zddm/core/record.hpp>

/// A package as the old table has it: what the index says, word for word.
struct package_v1 {
  BOOST_HANA_DEFINE_STRUCT(package_v1, (std::string, version), (std::string, architecture), (std::string, section),
                           (std::string, maintainer), (std::string, depends), (std::int64_t, installed_size),
                           (std::int64_t, revision));
  friend bool operator==(package_v1 const&, package_v1 const&) = default;
};

struct person {
  BOOST_HANA_DEFINE_STRUCT(person, (std::string, name), (std::string, mail));
  friend bool operator==(person const&, person const&) = default;
};

/// A package as the application wants it: the maintainer in two fields, the dependencies as a list.
struct package {
  BOOST_HANA_DEFINE_STRUCT(package, (std::string, version), (std::string, architecture), (std::string, section),
                           (person, maintainer), (std::vector<std::string>, depends), (std::int64_t, installed_size),
                           (std::int64_t, revision));
  friend bool operator==(package const&, package const&) = default;
};

/// Both ways without loss: a maintainer that is not `Name <mail>` is all name.
struct split_fields {
  static package to_new(package_v1 const& p) {
    return {p.version,        p.architecture, p.section, split_person(p.maintainer), split_list(p.depends),
            p.installed_size, p.revision};
  }

  static package_v1 to_old(package const& p) {
    package_v1 const old{p.version, p.architecture, p.section, join(p.maintainer), join(p.depends), p.installed_size, p.revision};
    if (to_new(old) != p)
      throw zddm::unmappable(
          "a maintainer or a dependency of the package cannot be told apart again in the old table; nothing was "
          "written. Dependencies hold no comma and blank, a mail address no angle bracket");
    return old;
  }

private:
  static person split_person(std::string const& text) {
    auto const open = text.rfind(" <");
    if (open == std::string::npos || text.back() != '>' || open + 3 > text.size() - 1) return {text, ""};
    return {text.substr(0, open), text.substr(open + 2, text.size() - open - 3)};
  }
  static std::string join(person const& p) { return p.mail.empty() ? p.name : p.name + " <" + p.mail + '>'; }

  static std::vector<std::string> split_list(std::string_view text) {
    std::vector<std::string> items;
    while (!text.empty()) {
      auto const comma = text.find(", ");
      items.emplace_back(text.substr(0, comma));
      text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 2);
      if (comma != std::string_view::npos && text.empty()) items.emplace_back();
    }
    return items;
  }
  static std::string join(std::vector<std::string> const& items) {
    std::string text;
    for (auto const& item : items) text += (&item == &items.front() ? "" : ", ") + item;
    return text;
  }
};
