// SPDX-License-Identifier: BSL-1.0
// expect: zddm: a record has a column of a type that no store can hold
// expect: a record may not contain itself
#include <zddm/core/text.hpp>

struct tree {
  BOOST_HANA_DEFINE_STRUCT(tree, (int, value), (std::vector<tree>, children));
};

std::string words(tree const& t) { return zddm::text::encode(t); }
