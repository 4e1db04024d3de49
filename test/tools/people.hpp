// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <charconv>
#include <string>
#include <system_error>

#include <boost/hana/define_struct.hpp>

#include <zddm/core/error.hpp>
#include <zddm/core/mapping.hpp>
#include <zddm/memory/store.hpp>

namespace test {

struct old_person {
  BOOST_HANA_DEFINE_STRUCT(old_person, (std::string, first), (std::string, last), (int, born));
  friend bool operator==(old_person const&, old_person const&) = default;
};
struct new_person {
  BOOST_HANA_DEFINE_STRUCT(new_person, (std::string, name), (int, born));
  friend bool operator==(new_person const&, new_person const&) = default;
};

/// Two names become one; a name of nobody has no counterpart.
struct one_name {
  static new_person to_new(old_person const& p) {
    if (p.first.empty()) throw zddm::unmappable("nobody");
    return {p.first + ' ' + p.last, p.born};
  }
};

/// Numbers become texts, in another order; negative ones have no counterpart.
struct renumbered : one_name {
  static std::string key_to_new(int k) {
    if (k < 0) throw zddm::unmappable("the key is negative");
    return "p" + std::to_string(k);
  }
  static int key_to_old(std::string const& k) {
    int n = 0;
    if (k.empty() || std::from_chars(k.data() + 1, k.data() + k.size(), n).ec != std::errc{})
      throw zddm::unmappable("no such key");
    return n;
  }
};

/// Every fifth key of Old has no counterpart, nor has one of New above a hundred.
struct but_fifths : one_name {
  static constexpr bool keys_ordered = true;
  static long key_to_new(int k) {
    if (k % 5 == 0) throw zddm::unmappable("a fifth");
    return k;
  }
  static int key_to_old(long k) {
    if (k > 100) throw zddm::unmappable("no such key");
    return static_cast<int>(k);
  }
};

/// Numbers become texts, and any text may be a value; the key `nobody` of New has no counterpart.
struct but_nobody {
  static std::string to_new(std::string const& v) { return v; }
  static std::string to_old(std::string const& v) { return v; }
  static std::string key_to_new(int k) { return std::to_string(k); }
  static int key_to_old(std::string const& k) {
    if (k == "nobody") throw zddm::unmappable("no such key");
    return std::stoi(k);
  }
};

using old_people = zddm::memory::store<int, old_person>;
using in_new_shape = zddm::mapped<old_people, one_name>;
using under_new_keys = zddm::mapped<old_people, renumbered>;

inline void add_people(old_people& p, int rows) {
  for (int i = 1; i <= rows; ++i) p.put(i, {"Ada", "Nr " + std::to_string(i), 1800 + i});
}

} // namespace test
