// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <zddm/core/error.hpp>
#include <zddm/core/record.hpp>

namespace zddm {

namespace detail {

/// Their sign and width differ between platforms.
template <class T>
inline constexpr bool is_character = std::is_same_v<T, char> || std::is_same_v<T, wchar_t> || std::is_same_v<T, char8_t> ||
                                     std::is_same_v<T, char16_t> || std::is_same_v<T, char32_t>;

template <class T, class... Outer> consteval bool is_key() {
  if constexpr (std::is_integral_v<T> || std::is_enum_v<T>)
    return is_scalar_field<T> && !is_character<T>;
  else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, blob>)
    return true;
  else if constexpr (is_tuple<T>::value)
    return []<std::size_t... I>(std::index_sequence<I...>) {
      return sizeof...(I) != 0 && (is_key<std::tuple_element_t<I, T>, Outer...>() && ...);
    }(std::make_index_sequence<std::tuple_size_v<T>>{});
  else if constexpr (!record<T> || (std::is_same_v<T, Outer> || ...))
    return false;
  else
    return []<class... C>(column_list<C...>) { return (is_key<member_of<T, C>, T, Outer...>() && ...); }(columns_of<T>{});
}

/// Calls `f(part)` for each part of a pair, tuple or record.
template <class K, class F> constexpr void for_each_part(K& key, F&& f) {
  if constexpr (is_tuple<std::remove_const_t<K>>::value)
    std::apply([&](auto&... part) { (static_cast<void>(f(part)), ...); }, key);
  else
    for_each_column(key, [&](std::string_view, auto& part) { f(part); });
}

template <class T> consteval auto unsigned_of() {
  if constexpr (std::is_enum_v<T>)
    return unsigned_of<std::underlying_type_t<T>>();
  else if constexpr (std::is_same_v<T, bool>)
    return std::uint8_t{};
  else
    return std::make_unsigned_t<T>{};
}

inline std::string_view view_of(std::string const& s) { return s; }
inline std::string_view view_of(blob const& b) { return {reinterpret_cast<char const*>(b.data()), b.size()}; }

/// A few bytes that stand for themselves.
template <std::size_t N> struct fixed_bytes {
  std::array<char, N> bytes;
  constexpr operator std::string_view() const { return {bytes.data(), N}; }
};

/// Bytes of a size known when they are made; the heap is used above 120.
class key_buffer {
public:
  explicit key_buffer(std::size_t size) : size_(size) {
    if (size > near_.size()) far_.resize(size);
  }
  char* data() { return size_ > near_.size() ? far_.data() : near_.data(); }
  operator std::string_view() const { return {size_ > near_.size() ? far_.data() : near_.data(), size_}; }

private:
  std::size_t size_;
  std::array<char, 120> near_;
  std::string far_;
};

template <class N> constexpr N swapped(N n) {
  if constexpr (sizeof(N) == 2)
    return __builtin_bswap16(n);
  else if constexpr (sizeof(N) == 4)
    return __builtin_bswap32(n);
  else
    return __builtin_bswap64(n);
}

/// In one store, so that the hash can load it at once.
template <class N> constexpr fixed_bytes<sizeof(N)> little_endian(N n) {
  if constexpr (sizeof(N) > 1 && std::endian::native == std::endian::big) n = swapped(n);
  return {std::bit_cast<std::array<char, sizeof(N)>>(n)};
}
template <class N> constexpr fixed_bytes<sizeof(N)> big_endian(N n) {
  if constexpr (sizeof(N) > 1 && std::endian::native == std::endian::little) n = swapped(n);
  return {std::bit_cast<std::array<char, sizeof(N)>>(n)};
}

template <class K> constexpr fixed_bytes<8> canonical_number(K key) { return little_endian(static_cast<std::uint64_t>(key)); }

template <class K> std::size_t canonical_size(K const& key) {
  if constexpr (is_scalar_field<K>)
    return 8;
  else if constexpr (std::is_same_v<K, std::string> || std::is_same_v<K, blob>)
    return key.size();
  else {
    std::size_t sum = 0;
    for_each_part(key, [&](auto const& part) { sum += 8 + canonical_size(part); });
    return sum;
  }
}

inline char* write_bytes(char* at, std::string_view bytes) {
  if (!bytes.empty()) std::memcpy(at, bytes.data(), bytes.size());
  return at + bytes.size();
}

template <class K> char* write_canonical(char* at, K const& key) {
  if constexpr (is_scalar_field<K>)
    return write_bytes(at, canonical_number(key));
  else if constexpr (std::is_same_v<K, std::string> || std::is_same_v<K, blob>)
    return write_bytes(at, view_of(key));
  else {
    for_each_part(key, [&](auto const& part) {
      at = write_bytes(at, canonical_number(canonical_size(part)));
      at = write_canonical(at, part);
    });
    return at;
  }
}

} // namespace detail

/// What can be a key: bool, integers (no character types), enumerations with a fixed underlying type, `std::string`, `blob`,
/// and pairs, tuples and records of keys.
template <class K>
concept keyable = detail::is_key<K>();

/// The bytes a key is hashed by, alike on every machine and for every width of integer. What is returned converts to
/// `std::string_view` and may refer to the key; it allocates for pairs, tuples and records above 120 bytes only.
template <keyable K> auto canonical_key(K const& key) {
  if constexpr (detail::is_scalar_field<K>)
    return detail::canonical_number(key);
  else if constexpr (std::is_same_v<K, std::string> || std::is_same_v<K, blob>)
    return detail::view_of(key);
  else {
    detail::key_buffer out(detail::canonical_size(key));
    detail::write_canonical(out.data(), key);
    return out;
  }
}

/// Bytes that stand in the same order as the keys they are made of, compared as unsigned bytes. A text or blob by itself is
/// its own bytes, an integer is big-endian in its own width with the sign bit flipped.
namespace ordered_key {

namespace detail {

using zddm::detail::fixed_bytes;
using zddm::detail::for_each_part;
using zddm::detail::is_scalar_field;

template <class K> using bits_of = decltype(zddm::detail::unsigned_of<K>());

/// Moves the least signed value to 0.
template <class K> constexpr bits_of<K> sign_bit() {
  if constexpr (std::is_enum_v<K>)
    return sign_bit<std::underlying_type_t<K>>();
  else
    return std::is_signed_v<K> ? static_cast<bits_of<K>>(bits_of<K>{1} << (8 * sizeof(K) - 1)) : bits_of<K>{0};
}

template <class K> constexpr fixed_bytes<sizeof(K)> number(K key) {
  return zddm::detail::big_endian(static_cast<bits_of<K>>(static_cast<bits_of<K>>(key) ^ sign_bit<K>()));
}

/// Inside a tuple a text ends with 00 00, and a 00 in it is 00 ff.
template <class K> void append_part(std::string& out, K const& key) {
  if constexpr (is_scalar_field<K>) {
    out += std::string_view(number(key));
  } else if constexpr (std::is_same_v<K, std::string> || std::is_same_v<K, blob>) {
    for (char const c : zddm::detail::view_of(key)) {
      out += c;
      if (c == '\0') out += '\xff';
    }
    out.append(2, '\0');
  } else {
    for_each_part(key, [&](auto const& part) { append_part(out, part); });
  }
}

class reader {
public:
  explicit reader(std::string_view bytes) : rest_(bytes) {}

  template <class K> void read(K& key) {
    if constexpr (is_scalar_field<K>) {
      if (rest_.size() < sizeof(K)) fail("it is cut off");
      bits_of<K> bits = 0;
      for (char const c : rest_.substr(0, sizeof(K)))
        bits = static_cast<bits_of<K>>(std::uint64_t{bits} << 8 | static_cast<unsigned char>(c));
      if (std::is_same_v<K, bool> && bits > 1) fail("a flag is neither 0 nor 1");
      rest_.remove_prefix(sizeof(K));
      key = static_cast<K>(static_cast<bits_of<K>>(bits ^ sign_bit<K>()));
    } else if constexpr (std::is_same_v<K, std::string> || std::is_same_v<K, blob>) {
      key.clear();
      for (;;) {
        auto const end = rest_.find('\0');
        if (end == rest_.npos || end + 1 == rest_.size()) fail("it is cut off");
        char const next = rest_[end + 1];
        if (next != '\0' && next != '\xff') fail("a text in it is malformed");
        append(key, rest_.substr(0, next == '\0' ? end : end + 1));
        rest_.remove_prefix(end + 2);
        if (next == '\0') return;
      }
    } else {
      for_each_part(key, [&](auto& part) { read(part); });
    }
  }

  template <class K> void read_rest(K& key) {
    key.clear();
    append(key, std::exchange(rest_, {}));
  }

  void finish() const {
    if (!rest_.empty()) fail("bytes are left over");
  }

private:
  template <class K> static void append(K& key, std::string_view bytes) {
    auto const* first = reinterpret_cast<typename K::value_type const*>(bytes.data());
    key.insert(key.end(), first, first + bytes.size());
  }

  [[noreturn]] static void fail(char const* what) {
    throw store_error(error_class::permanent,
                      std::string("a stored key is damaged or of another type: ") + what +
                          ". Nothing was changed. Check that the store is keyed by this type, or remove the entry",
                      116);
  }

  std::string_view rest_;
};

} // namespace detail

/// The bytes without a copy where the key is a text or blob, without allocation where it is a number; converts to
/// `std::string_view` and may refer to the key.
template <keyable K> auto bytes(K const& key) {
  if constexpr (detail::is_scalar_field<K>)
    return detail::number(key);
  else if constexpr (std::is_same_v<K, std::string> || std::is_same_v<K, blob>)
    return zddm::detail::view_of(key);
  else {
    std::string out;
    detail::append_part(out, key);
    return out;
  }
}

template <keyable K> std::string encode(K const& key) { return std::string(std::string_view(ordered_key::bytes(key))); }

/// Reads the bytes into `key`, whose memory it uses again. Throws `store_error` (permanent, ZD-116) if they are no key of that
/// type; `key` is then valid but unspecified.
template <keyable K> void decode_into(std::string_view bytes, K& key) {
  detail::reader in(bytes);
  if constexpr (std::is_same_v<K, std::string> || std::is_same_v<K, blob>)
    in.read_rest(key);
  else
    in.read(key);
  in.finish();
}

/// Throws as `decode_into`.
template <keyable K> K decode(std::string_view bytes) {
  K key{};
  decode_into(bytes, key);
  return key;
}

} // namespace ordered_key

} // namespace zddm
