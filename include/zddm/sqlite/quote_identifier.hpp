// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

#include <zddm/core/error.hpp>

namespace zddm::sqlite {

/// The name as SQL text that can mean nothing else: in double quotes, those within doubled.
/// Throws `store_error` (permanent) for a NUL, which SQL cannot spell.
inline std::string quote_identifier(std::string_view name) {
  std::string quoted = "\"";
  for (char const c : name) {
    if (c == '\0')
      throw store_error(error_class::permanent,
                        "a table or column name holds a NUL character; nothing was done. Choose a name without one", 126);
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted += '"';
}

} // namespace zddm::sqlite
