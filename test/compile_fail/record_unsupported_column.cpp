// SPDX-License-Identifier: BSL-1.0
// expect: zddm: a record has a column of a type that no store can hold
// expect: long double
#include <zddm/core/binary.hpp>

struct measure {
  BOOST_HANA_DEFINE_STRUCT(measure, (int, id), (long double, value));
};

std::string bytes(measure const& m) { return zddm::binary::encode(m); }
