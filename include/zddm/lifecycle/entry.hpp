// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

#include <zddm/core/error.hpp>
#include <zddm/core/text.hpp>
#include <zddm/core/version.hpp>

/// The form of what a fleet keeps in its state store: one line `zddm KIND FORMAT VERSION`, then the fields of a Hana struct
/// as text. The line says whether this library can read the rest, and who wrote it if not.
namespace zddm::lifecycle::entry {

inline constexpr std::uint32_t format = 1;

/// Where an entry of a migration stands: `m/NAME/TAIL`. Throws for a name that is not made of letters, digits, `_`, `-`, `.`.
inline std::string path(std::string_view name, std::string_view tail) {
  auto const usable = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '.';
  };
  if (name.empty() || !std::ranges::all_of(name, usable))
    throw error(401, "a migration's name is made of letters, digits, '_', '-' and '.'; nothing was changed. Rename it");
  return "m/" + std::string(name) + '/' + std::string(tail);
}

template <class T> std::string encode(std::string_view kind, T const& fields) {
  return "zddm " + std::string(kind) + ' ' + std::to_string(format) + " " ZDDM_VERSION "\n" + text::encode(fields);
}

/// Throws error 201 for what is no entry of this kind and error 202 for one of a later format.
template <class T> T decode(std::string_view kind, std::string_view path, std::string_view stored) {
  auto const damaged = [&] {
    return error(201, std::string(path) + " is damaged or not an entry of zddm; nothing was changed and nobody acts on it. " +
                          "Check that this is the right state store, or restore it from a copy");
  };
  std::string const head = "zddm " + std::string(kind) + ' ';
  auto const end = stored.find('\n');
  if (end == std::string_view::npos || !stored.starts_with(head)) throw damaged();
  auto const rest = stored.substr(head.size(), end - head.size());
  std::uint32_t written = 0;
  auto const [after, failure] = std::from_chars(rest.data(), rest.data() + rest.size(), written);
  if (failure != std::errc{} || written == 0) throw damaged();
  if (written > format)
    throw error(202, std::string(path) + " has format " + std::to_string(written) + ", written by zddm" +
                         std::string(after, rest.data() + rest.size()) + "; this is zddm " ZDDM_VERSION " and reads up to " +
                         std::to_string(format) + ". Nothing was changed. Upgrade this program");
  try {
    return text::decode<T>(stored.substr(end + 1));
  } catch (std::exception const&) {
    throw damaged();
  }
}

} // namespace zddm::lifecycle::entry
