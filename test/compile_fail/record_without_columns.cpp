// SPDX-License-Identifier: BSL-1.0
// expect: zddm: this type cannot be stored
// expect: BOOST_HANA_DEFINE_STRUCT
#include <zddm/core/binary.hpp>

struct opaque {
  int hidden;
};

opaque read(std::string_view bytes) { return zddm::binary::decode<opaque>(bytes); }
