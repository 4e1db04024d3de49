// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include <zddm/core/binary.hpp>
#include <zddm/core/key.hpp>

namespace zddm::lmdb {

/// How keys and values become bytes, and back: `ordered_key` and `binary`, so that LMDB's order is that of the keys, and a text
/// is its own bytes. A codec of your own has the same members; what the first and the third return converts to
/// `std::string_view`, and may refer to its argument. Optional are `lend`, what `visit` lends if not a decoded value, and
/// `key_into` with `value_into`, by which a scan uses the memory of one row for the next.
template <class Key, class Value> struct codec {
  static auto key_bytes(Key const& key) { return ordered_key::bytes(key); }
  static Key key_from(std::string_view bytes) { return ordered_key::decode<Key>(bytes); }

  static auto value_bytes(Value const& value) {
    if constexpr (std::is_same_v<Value, std::string>)
      return std::string_view(value);
    else
      return binary::encode(value);
  }
  static Value value_from(std::string_view bytes) { return binary::decode<Value>(bytes); }

  static void key_into(std::string_view bytes, Key& key) { ordered_key::decode_into(bytes, key); }
  static void value_into(std::string_view bytes, Value& value) { binary::decode_into(bytes, value); }

  static std::string_view lend(std::string_view bytes)
    requires std::is_same_v<Value, std::string>
  {
    return bytes;
  }
};

} // namespace zddm::lmdb
