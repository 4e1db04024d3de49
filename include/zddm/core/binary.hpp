// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include <zddm/core/error.hpp>
#include <zddm/core/record.hpp>

/// The compact stored form of a field, bit for bit; only bytes that `encode` makes are decoded.
/// A text or a blob by itself is its own bytes. Everything else: numbers little-endian in their own width, bool and
/// presence one byte, lengths as varint, columns one after the other. The form has no names: it is for one shape.
namespace zddm::binary {

namespace detail {

using zddm::detail::is_scalar_field;
using zddm::detail::optional_of;
using zddm::detail::vector_of;

template <class T> inline constexpr bool is_bytes = std::same_as<T, std::string> || std::same_as<T, blob>;

template <std::size_t N> struct bits_of;
template <> struct bits_of<1> {
  using type = std::uint8_t;
};
template <> struct bits_of<2> {
  using type = std::uint16_t;
};
template <> struct bits_of<4> {
  using type = std::uint32_t;
};
template <> struct bits_of<8> {
  using type = std::uint64_t;
};

/// Whether a run of T in memory is its own encoding.
template <class T>
inline constexpr bool is_flat = is_scalar_field<T> && !std::same_as<T, bool> && std::endian::native == std::endian::little;

constexpr std::size_t varint_size(std::uint64_t n) { return (std::bit_width(n | 1) + 6u) / 7u; }

inline char* write_varint(char* at, std::uint64_t n) {
  for (; n >= 0x80; n >>= 7) *at++ = static_cast<char>(n | 0x80);
  *at++ = static_cast<char>(n);
  return at;
}

inline char* write_bytes(char* at, void const* bytes, std::size_t n) {
  if (n != 0) std::memcpy(at, bytes, n);
  return at + n;
}

/// The fewest bytes a T takes; never 0, so that a count can be held against the bytes left.
template <class T> constexpr std::size_t least_size() {
  if constexpr (is_scalar_field<T>)
    return sizeof(T);
  else if constexpr (record<T>) {
    std::size_t sum = 0;
    for_each_column_type<T>([&]<class Column>(std::string_view, std::type_identity<Column>) { sum += least_size<Column>(); });
    return sum;
  } else
    return 1;
}

template <class T> std::size_t size_of(T const& x) {
  if constexpr (is_scalar_field<T>)
    return sizeof(T);
  else if constexpr (is_bytes<T>)
    return varint_size(x.size()) + x.size();
  else if constexpr (optional_of<T>::value)
    return 1 + (x ? size_of(*x) : 0);
  else if constexpr (vector_of<T>::value) {
    using element = typename vector_of<T>::type;
    std::size_t sum = varint_size(x.size());
    if constexpr (is_scalar_field<element>)
      sum += x.size() * sizeof(element);
    else
      for (element const& e : x) sum += size_of(e);
    return sum;
  } else {
    std::size_t sum = 0;
    for_each_column(x, [&](std::string_view, auto const& member) { sum += size_of(member); });
    return sum;
  }
}

template <class T> char* write(char* at, T const& x) {
  if constexpr (std::same_as<T, bool>) {
    *at = x ? 1 : 0;
    return at + 1;
  } else if constexpr (is_flat<T>) {
    return write_bytes(at, &x, sizeof x);
  } else if constexpr (is_scalar_field<T>) {
    auto const bits = std::bit_cast<typename bits_of<sizeof(T)>::type>(x);
    for (std::size_t i = 0; i < sizeof(T); ++i) *at++ = static_cast<char>(bits >> (8 * i));
    return at;
  } else if constexpr (is_bytes<T>) {
    return write_bytes(write_varint(at, x.size()), x.data(), x.size());
  } else if constexpr (optional_of<T>::value) {
    *at++ = x ? 1 : 0;
    return x ? write(at, *x) : at;
  } else if constexpr (vector_of<T>::value) {
    using element = typename vector_of<T>::type;
    at = write_varint(at, x.size());
    if constexpr (is_flat<element>)
      return write_bytes(at, x.data(), x.size() * sizeof(element));
    else
      for (element const& e : x) at = write(at, e);
    return at;
  } else {
    for_each_column(x, [&](std::string_view, auto const& member) { at = write(at, member); });
    return at;
  }
}

class reader {
public:
  explicit reader(std::string_view bytes) : first_(bytes.data()), at_(first_), end_(first_ + bytes.size()) {}

  template <class T> void read(T& x) {
    if constexpr (std::same_as<T, bool>) {
      x = flag();
    } else if constexpr (is_flat<T>) {
      std::memcpy(&x, take(sizeof x), sizeof x);
    } else if constexpr (is_scalar_field<T>) {
      using bits_type = typename bits_of<sizeof(T)>::type;
      auto const* bytes = take(sizeof(T));
      bits_type bits = 0;
      for (std::size_t i = 0; i < sizeof(T); ++i)
        bits = static_cast<bits_type>(bits | bits_type{static_cast<unsigned char>(bytes[i])} << (8 * i));
      x = std::bit_cast<T>(bits);
    } else if constexpr (std::same_as<T, std::string>) {
      std::size_t const n = count(1);
      x.assign(take(n), n);
    } else if constexpr (std::same_as<T, blob>) {
      std::size_t const n = count(1);
      auto const* bytes = reinterpret_cast<std::byte const*>(take(n));
      x.assign(bytes, bytes + n);
    } else if constexpr (optional_of<T>::value) {
      if (flag())
        read(x.emplace());
      else
        x.reset();
    } else if constexpr (vector_of<T>::value) {
      using element = typename vector_of<T>::type;
      std::size_t const n = count(least_size<element>());
      x.clear();
      if constexpr (is_flat<element>) {
        x.resize(n);
        if (n != 0) std::memcpy(x.data(), take(n * sizeof(element)), n * sizeof(element));
      } else {
        x.reserve(n);
        for (std::size_t i = 0; i < n; ++i) {
          element e{};
          read(e);
          x.push_back(std::move(e));
        }
      }
    } else {
      for_each_column(x, [&](std::string_view, auto& member) { read(member); });
    }
  }

  /// All the bytes left, as a text or blob by itself has no length.
  template <class T> void read_rest(T& x) {
    std::size_t const n = left();
    auto const* bytes = reinterpret_cast<typename T::value_type const*>(take(n));
    x.assign(bytes, bytes + n);
  }

  void finish() const {
    if (at_ != end_) fail("bytes are left over");
  }

private:
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

  char const* take(std::size_t n) {
    if (n > left()) fail("it is cut off");
    return std::exchange(at_, at_ + n);
  }

  bool flag() {
    auto const byte = static_cast<unsigned char>(*take(1));
    if (byte > 1) fail("a flag is neither 0 nor 1");
    return byte == 1;
  }

  std::size_t count(std::size_t least_each) {
    std::uint64_t n = static_cast<unsigned char>(*take(1));
    if (n >= 0x80) {
      n &= 0x7f;
      for (unsigned shift = 7;; shift += 7) {
        auto const byte = static_cast<unsigned char>(*take(1));
        if (byte == 0 || shift == 63) fail("a length is malformed");
        n |= std::uint64_t{byte & 0x7fu} << shift;
        if (byte < 0x80) break;
      }
    }
    if (n > left() / least_each) fail("a length exceeds the bytes that follow");
    return static_cast<std::size_t>(n);
  }

  [[noreturn, gnu::cold, gnu::noinline]] void fail(char const* what) const {
    throw store_error(error_class::permanent,
                      "a stored value is damaged or of another shape: " + std::string(what) + " at byte " +
                          std::to_string(at_ - first_) + " of " + std::to_string(end_ - first_) +
                          ". Nothing was changed. Check that the store holds this record type, or restore the row",
                      117);
  }

  char const* first_;
  char const* at_;
  char const* end_;
};

} // namespace detail

/// The exact number of bytes `write` makes.
template <class T> std::size_t size(T const& x) {
  zddm::detail::require_field<T>();
  if constexpr (detail::is_bytes<T>)
    return x.size();
  else
    return detail::size_of(x);
}

/// Writes `size(x)` bytes to `out`, which has room for them; returns the end.
template <class T> char* write(char* out, T const& x) {
  zddm::detail::require_field<T>();
  if constexpr (detail::is_bytes<T>)
    return detail::write_bytes(out, x.data(), x.size());
  else
    return detail::write(out, x);
}

template <class T> void append(std::string& out, T const& x) {
  std::size_t const before = out.size();
  out.resize(before + binary::size(x));
  binary::write(out.data() + before, x);
}

template <class T> std::string encode(T const& x) {
  if constexpr (std::same_as<T, std::string>)
    return x;
  else {
    std::string out;
    append(out, x);
    return out;
  }
}

/// Reads all of `bytes` into `x`, whose memory it uses again. Throws `store_error` (permanent, ZD-117) if they are no T;
/// `x` is then valid but unspecified. Memory taken is bounded by a multiple of the bytes given, whatever lengths they claim.
template <class T> void decode_into(std::string_view bytes, T& x) {
  zddm::detail::require_field<T>();
  detail::reader in(bytes);
  if constexpr (detail::is_bytes<T>)
    in.read_rest(x);
  else
    in.read(x);
  in.finish();
}

template <class T> T decode(std::string_view bytes) {
  T x{};
  decode_into(bytes, x);
  return x;
}

} // namespace zddm::binary
