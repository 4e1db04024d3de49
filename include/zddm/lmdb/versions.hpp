// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

#include <zddm/core/intent_bytes.hpp>
#include <zddm/core/version.hpp>
#include <zddm/lmdb/side_databases.hpp>
#include <zddm/lmdb/transaction.hpp>

namespace zddm::lmdb {

/// The version each key was last written with, in a side database: counter and process, each 8 bytes, little-endian.
struct versions {
  /// The oldest of all versions for a key that has none.
  static version get(transaction const& t, side_databases const& sides, std::string_view key) {
    auto const bytes = t.get(sides.versions, key);
    if (!bytes || bytes->size() != 16) return {};
    return {zddm::detail::read_u64(*bytes, 0), zddm::detail::read_u64(*bytes, 8)};
  }

  static void set(transaction& t, side_databases const& sides, std::string_view key, version v) {
    std::string bytes;
    zddm::detail::append_u64(bytes, v.counter);
    zddm::detail::append_u64(bytes, v.process);
    t.put(sides.versions, key, bytes);
  }
};

} // namespace zddm::lmdb
