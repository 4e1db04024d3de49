// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include <zddm/core/binary.hpp>
#include <zddm/core/hash.hpp>
#include <zddm/core/key.hpp>
#include <zddm/core/record.hpp>
#include <zddm/core/store.hpp>

namespace zddm {

/// The digest of a value: of its `binary` form, the same number on every machine and in every release.
template <field Value> std::uint64_t digest_of(Value const& value) {
  if constexpr (std::is_same_v<Value, std::string>)
    return hash_bytes(value);
  else
    return hash_bytes(binary::encode(value));
}

/// The digest of a row, from the `ordered_key` bytes of its key and the `binary` bytes of its value.
inline std::uint64_t digest_of_row(std::string_view key, std::string_view value) noexcept {
  return hash_bytes(value, hash_bytes(key));
}

/// Digests rows one after the other. Ranges that differ have the same sum by chance once in 2^64 times; the sum does not depend
/// on the order, so that a store may add up its parts.
template <keyable Key, field Value> class digester {
public:
  void add(Key const& key, Value const& value) {
    if constexpr (std::is_same_v<Value, std::string>) {
      add_bytes(ordered_key::bytes(key), value);
    } else {
      room_.clear();
      binary::append(room_, value);
      add_bytes(ordered_key::bytes(key), room_);
    }
  }
  void add_bytes(std::string_view key, std::string_view value) {
    sum_ += digest_of_row(key, value);
    ++rows_;
  }

  /// What was added, of which `last()` is the last key.
  template <class F> range_digest<Key> result(F&& last) const {
    return {rows_, sum_, rows_ > 0 ? std::optional<Key>(last()) : std::nullopt};
  }

private:
  std::string room_;
  std::uint64_t rows_ = 0;
  std::uint64_t sum_ = 0;
};

} // namespace zddm
