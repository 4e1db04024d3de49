// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>

#include <zddm/core/error.hpp>
#include <zddm/core/record.hpp>

/// The readable form of a field, and of a pair or tuple of them. It keeps every bit and is printable:
/// `{name: "Ada", age: 36, photo: 0x00ff, tags: ["a", "b"], spouse: null}`.
namespace zddm::text {

/// What `decode` makes of a column the record does not have.
enum class unknown : bool { refuse, skip };

namespace detail {

using zddm::detail::is_tuple;
using zddm::detail::optional_of;
using zddm::detail::vector_of;

template <class T> consteval void require_readable() {
  if constexpr (is_tuple<T>::value)
    []<std::size_t... I>(std::index_sequence<I...>) {
      (require_readable<std::remove_const_t<std::tuple_element_t<I, T>>>(), ...);
    }(std::make_index_sequence<std::tuple_size_v<T>>{});
  else
    zddm::detail::require_field<T>();
}

/// The bytes of the UTF-8 character at the start; 0 if they are none, or not one to show.
constexpr std::size_t shown_character(std::string_view s) {
  auto const at = [&](std::size_t i) { return i < s.size() ? static_cast<unsigned char>(s[i]) : 0u; };
  auto const follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xbf) { return at(i) >= low && at(i) <= high; };
  unsigned const c = at(0);
  if (c < 0x80) return c >= 0x20 && c != 0x7f ? 1 : 0;
  if (c < 0xe0) return c >= 0xc2 && follows(1, c == 0xc2 ? 0xa0 : 0x80) ? 2 : 0;
  if (c < 0xf0) return follows(1, c == 0xe0 ? 0xa0 : 0x80, c == 0xed ? 0x9f : 0xbf) && follows(2) ? 3 : 0;
  if (c < 0xf5) return follows(1, c == 0xf0 ? 0x90 : 0x80, c == 0xf4 ? 0x8f : 0xbf) && follows(2) && follows(3) ? 4 : 0;
  return 0;
}

inline void write_hex(std::string& out, unsigned byte) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += digits[byte >> 4 & 15];
  out += digits[byte & 15];
}

inline void write_quoted(std::string& out, std::string_view s) {
  out += '"';
  while (!s.empty()) {
    std::size_t n = shown_character(s);
    if (s[0] == '"' || s[0] == '\\')
      (out += '\\') += s[0];
    else if (n != 0)
      out += s.substr(0, n);
    else if (s[0] == '\n')
      out += "\\n";
    else if (s[0] == '\t')
      out += "\\t";
    else if (s[0] == '\r')
      out += "\\r";
    else
      write_hex(out += "\\x", static_cast<unsigned char>(s[0]));
    s.remove_prefix(std::max<std::size_t>(n, 1));
  }
  out += '"';
}

template <class Number> void write_number(std::string& out, Number n) {
  std::array<char, 32> digits;
  out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), n).ptr);
}

template <class T> using widest = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
template <class F> using float_bits = std::conditional_t<sizeof(F) == 4, std::uint32_t, std::uint64_t>;
template <class F> inline constexpr auto plain_nan = std::bit_cast<float_bits<F>>(std::numeric_limits<F>::quiet_NaN());

template <class T> void write(std::string& out, T const& x) {
  if constexpr (std::same_as<T, bool>) {
    out += x ? "true" : "false";
  } else if constexpr (std::is_enum_v<T>) {
    write(out, static_cast<std::underlying_type_t<T>>(x));
  } else if constexpr (std::is_integral_v<T>) {
    write_number(out, static_cast<widest<T>>(x));
  } else if constexpr (std::is_floating_point_v<T>) {
    if (!std::isnan(x)) return write_number(out, x);
    out += "nan";
    if (auto const bits = std::bit_cast<float_bits<T>>(x); bits != plain_nan<T>) (write_number(out += '(', bits), out += ')');
  } else if constexpr (std::same_as<T, std::string>) {
    write_quoted(out, x);
  } else if constexpr (std::same_as<T, blob>) {
    out += "0x";
    for (std::byte const b : x) write_hex(out, std::to_integer<unsigned>(b));
  } else if constexpr (optional_of<T>::value) {
    if (x)
      write(out, *x);
    else
      out += "null";
  } else {
    std::string_view before = "";
    auto const next = [&] { out += std::exchange(before, ", "); };
    if constexpr (vector_of<T>::value) {
      out += '[';
      for (typename vector_of<T>::type const& e : x) (next(), write(out, e));
      out += ']';
    } else if constexpr (is_tuple<T>::value) {
      out += '[';
      std::apply([&](auto const&... e) { ((next(), write(out, e)), ...); }, x);
      out += ']';
    } else {
      out += '{';
      for_each_column(x, [&](std::string_view name, auto const& member) {
        next();
        out += name;
        out += ": ";
        write(out, member);
      });
      out += '}';
    }
  }
}

class reader {
public:
  reader(std::string_view all, unknown u) : all_(all), skips_(u == unknown::skip) {}

  template <class T> void read(T& x) {
    skip_space();
    if constexpr (std::same_as<T, bool>) {
      if (word("true"))
        x = true;
      else if (word("false"))
        x = false;
      else
        fail("true or false is expected");
    } else if constexpr (std::is_enum_v<T>) {
      std::underlying_type_t<T> number{};
      read(number);
      x = static_cast<T>(number);
    } else if constexpr (std::is_integral_v<T>) {
      auto const n = number<widest<T>>("an integer");
      if (n < static_cast<widest<T>>(std::numeric_limits<T>::min()) || n > static_cast<widest<T>>(std::numeric_limits<T>::max()))
        fail("the integer is out of range");
      x = static_cast<T>(n);
    } else if constexpr (std::is_floating_point_v<T>) {
      if (word("nan")) {
        auto bits = plain_nan<T>;
        if (take('(')) {
          bits = number<float_bits<T>>("the bits of a nan");
          expect(')');
        }
        x = std::bit_cast<T>(bits);
        if (!std::isnan(x)) fail("the bits are no nan");
      } else {
        x = number<T>("a number");
        if (std::isnan(x)) fail("a number is expected");
      }
    } else if constexpr (std::same_as<T, std::string>) {
      read_quoted(x);
    } else if constexpr (std::same_as<T, blob>) {
      if (!word("0x")) fail("a blob, 0x and hexadecimal digits, is expected");
      x.clear();
      while (hex_digit(peek()) >= 0) x.push_back(static_cast<std::byte>(hex_byte()));
    } else if constexpr (optional_of<T>::value) {
      if (word("null"))
        x.reset();
      else
        read(x.emplace());
    } else if constexpr (vector_of<T>::value) {
      x.clear();
      expect('[');
      for (bool first = true; !take(']'); first = false) {
        if (!first) expect(',');
        typename vector_of<T>::type e{};
        read(e);
        x.push_back(std::move(e));
      }
    } else if constexpr (is_tuple<T>::value) {
      expect('[');
      [&]<std::size_t... I>(std::index_sequence<I...>) {
        ((I == 0 ? void() : expect(','), read(std::get<I>(x))), ...);
      }(std::make_index_sequence<std::tuple_size_v<T>>{});
      expect(']');
    } else {
      read_record(x);
    }
  }

  void finish() {
    skip_space();
    if (at_ != all_.size()) fail("something is left over");
  }

private:
  template <class T> void read_record(T& x) {
    std::array<bool, column_count<T>> seen{};
    expect('{');
    for (bool first = true; !take('}'); first = false) {
      if (!first) expect(',');
      auto const name = column_name();
      expect(':');
      bool found = false;
      std::size_t i = 0;
      for_each_column(x, [&](std::string_view column, auto& member) {
        if (column == name) {
          if (std::exchange(seen[i], true)) fail("a second column " + shown(name));
          found = true;
          read(member);
        }
        ++i;
      });
      if (found) continue;
      if (!skips_) fail("the record has no column " + shown(name));
      skip_value();
    }
  }

  std::string column_name() {
    skip_space();
    std::size_t const from = at_;
    auto const belongs = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
             static_cast<unsigned char>(c) >= 0x80;
    };
    while (belongs(peek())) ++at_;
    if (at_ == from) fail("a column's name is expected");
    return std::string(all_.substr(from, at_ - from));
  }

  static std::string shown(std::string_view name) {
    std::string out;
    write_quoted(out, name.substr(0, 64));
    return out;
  }

  void read_quoted(std::string& x) {
    x.clear();
    if (peek() != '"') fail("a quoted text is expected");
    ++at_;
    while (peek_more() != '"') {
      char const c = all_[at_++];
      if (c != '\\') {
        x += c;
        continue;
      }
      switch (char const escaped = (peek_more(), all_[at_++])) {
      case '"':
      case '\\': x += escaped; break;
      case 'n': x += '\n'; break;
      case 't': x += '\t'; break;
      case 'r': x += '\r'; break;
      case 'x': x += static_cast<char>(hex_byte()); break;
      default: fail("an unknown escape");
      }
    }
    ++at_;
  }

  /// Any one value, whatever its type; what is inside its brackets need only be balanced.
  void skip_value() {
    skip_space();
    std::size_t const from = at_;
    std::string closers, ignored;
    for (;;) {
      char const c = peek();
      if (closers.empty() && (at_ == all_.size() || c == ',' || c == '}' || c == ']')) break;
      peek_more();
      if (c == '"') {
        read_quoted(ignored);
        continue;
      }
      if (c == '{' || c == '[')
        closers += c == '{' ? '}' : ']';
      else if (c == '}' || c == ']') {
        if (closers.back() != c) fail("brackets do not match");
        closers.pop_back();
      }
      ++at_;
    }
    if (at_ == from) fail("a value is expected");
  }

  template <class Number> Number number(char const* what) {
    Number n{};
    auto const [end, status] = std::from_chars(all_.data() + at_, all_.data() + all_.size(), n);
    if (status == std::errc::result_out_of_range) fail(what + std::string(" is out of range"));
    if (status != std::errc{}) fail(what + std::string(" is expected"));
    at_ = static_cast<std::size_t>(end - all_.data());
    return n;
  }

  static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  }
  int hex_byte() {
    int const high = hex_digit(peek());
    if (high >= 0) ++at_;
    int const low = hex_digit(peek());
    if (high < 0 || low < 0) fail("two hexadecimal digits are expected");
    ++at_;
    return high * 16 + low;
  }

  char peek() const { return at_ < all_.size() ? all_[at_] : '\0'; }
  char peek_more() const {
    if (at_ == all_.size()) fail("the text is cut off");
    return all_[at_];
  }
  void skip_space() {
    while (peek() == ' ' || peek() == '\n' || peek() == '\t' || peek() == '\r') ++at_;
  }
  bool word(std::string_view w) {
    if (!all_.substr(at_).starts_with(w)) return false;
    at_ += w.size();
    return true;
  }
  bool take(char c) {
    skip_space();
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!take(c)) fail(std::string("'") + c + "' is expected");
  }

  [[noreturn]] void fail(std::string const& what) const {
    throw store_error(error_class::permanent,
                      "a stored text is no value of its type: " + what + " at byte " + std::to_string(at_) + " of " +
                          std::to_string(all_.size()) +
                          ". Nothing was changed. Check that the entry holds this record type, or correct it",
                      115);
  }

  std::string_view all_;
  std::size_t at_ = 0;
  bool skips_;
};

} // namespace detail

template <class T> void append(std::string& out, T const& x) {
  detail::require_readable<T>();
  detail::write(out, x);
}

template <class T> std::string encode(T const& x) {
  std::string out;
  append(out, x);
  return out;
}

/// Reads all of `from` into `x`; a column left out keeps what `x` holds. Throws `store_error` (permanent, ZD-115) if the
/// text is no T, or names a column twice or, unless those are skipped, one that the record does not have.
template <class T> void decode_into(std::string_view from, T& x, unknown u = unknown::refuse) {
  detail::require_readable<T>();
  detail::reader in(from, u);
  in.read(x);
  in.finish();
}

/// As above; a column left out keeps its default.
template <class T> T decode(std::string_view from, unknown u = unknown::refuse) {
  T x{};
  decode_into(from, x, u);
  return x;
}

} // namespace zddm::text
