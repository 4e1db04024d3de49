// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <zddm/core/error.hpp>
#include <zddm/core/intent.hpp>

namespace zddm {

namespace detail {
inline void append_u64(std::string& out, std::uint64_t n) {
  for (int shift = 0; shift < 64; shift += 8) out.push_back(static_cast<char>(n >> shift));
}
inline std::uint64_t read_u64(std::string_view bytes, std::size_t at) {
  std::uint64_t n = 0;
  for (std::size_t i = 0; i < 8; ++i) n |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
  return n;
}
} // namespace detail

/// The stored form of an intent record: one byte of knowledge, the generation, then process and operation of each
/// write in flight; all integers are 8 bytes, little-endian.
inline std::string to_bytes(intent_record const& r) {
  std::string out(1, static_cast<char>(r.known));
  detail::append_u64(out, r.generation);
  for (auto const& id : r.pending) {
    detail::append_u64(out, id.process);
    detail::append_u64(out, id.operation);
  }
  return out;
}

/// Throws `store_error` (permanent) if the bytes are no intent record.
inline intent_record intent_record_from(std::string_view bytes) {
  if (bytes.size() < 9 || (bytes.size() - 9) % 16 != 0 || static_cast<unsigned char>(bytes[0]) > 2)
    throw store_error(error_class::permanent,
                      "an intent record is damaged; the value beside it is not used. Run zd repair to fence and refill the key",
                      111);
  intent_record r;
  r.known = static_cast<knowledge>(bytes[0]);
  r.generation = detail::read_u64(bytes, 1);
  for (std::size_t at = 9; at < bytes.size(); at += 16)
    r.pending.push_back({detail::read_u64(bytes, at), detail::read_u64(bytes, at + 8)});
  return r;
}

/// As above, but a damaged record is one that knows nothing: for lists, so that whoever heals unknown keys finds its key.
inline intent_record intent_record_or_unknown(std::string_view bytes) {
  try {
    return intent_record_from(bytes);
  } catch (store_error const&) {
    return {};
  }
}

} // namespace zddm
