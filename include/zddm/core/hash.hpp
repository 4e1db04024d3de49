// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string_view>

#include <xxhash.h>

#include <zddm/core/key.hpp>

namespace zddm {

/// XXH3, 64 bits: the same number on every machine and in every release.
inline std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed = 0) noexcept {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

/// The hash of the key's canonical bytes.
template <keyable K> std::uint64_t hash(K const& key, std::uint64_t seed = 0) { return hash_bytes(canonical_key(key), seed); }

/// The seed of a migration, so that two migrations do not admit the same keys first.
inline std::uint64_t seed_of(std::string_view migration) noexcept { return hash_bytes(migration); }

} // namespace zddm
