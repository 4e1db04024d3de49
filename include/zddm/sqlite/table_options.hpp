// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

namespace zddm::sqlite {

/// Where a store finds its rows.
struct table_options {
  std::string table;
  /// The columns of the key, which a unique index covers. Empty: the columns of a record key by their own names, else `key`.
  std::vector<std::string> key = {};
  /// The columns of the value, in its order. Empty: the columns of a record by their own names, else `value`.
  std::vector<std::string> value = {};
};

} // namespace zddm::sqlite
