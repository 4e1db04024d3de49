// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sstream>
#include <string>
#include <string_view>

#include <zddm/core/error.hpp>

/// A first name is one word, and whoever has a last name has a first name: then a name can be split and joined at will.
struct names {
  std::string first;
  std::string last;

  friend bool operator==(names const&, names const&) = default;
};

/// The first word, and the others with one blank between them.
inline names split(std::string_view name) {
  names n;
  std::istringstream words{std::string(name)};
  words >> n.first;
  for (std::string word; words >> word;) n.last += (n.last.empty() ? "" : " ") + word;
  return n;
}

inline std::string join(names const& n) { return n.first.empty() || n.last.empty() ? n.first + n.last : n.first + ' ' + n.last; }

/// Whether they are the same after they were one name.
inline bool can_be_one_name(names const& n) { return split(join(n)) == n; }

/// The one name. Throws `zddm::unmappable` where it would be split otherwise than it was joined.
inline std::string one_name(names const& n) {
  if (!can_be_one_name(n))
    throw zddm::unmappable("a first name is one word, and nobody has a last name alone; nothing was changed");
  return join(n);
}
