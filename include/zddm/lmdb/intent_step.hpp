// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <zddm/core/intent.hpp>
#include <zddm/core/intent_bytes.hpp>
#include <zddm/lmdb/side_databases.hpp>
#include <zddm/lmdb/table.hpp>
#include <zddm/lmdb/transaction.hpp>

namespace zddm::lmdb {

/// The row of one key and the record beside it, within one transaction that writes.
struct intent_step {
  intent_step(table const& where, transaction& with, counters& numbers, std::string_view of)
      : in(where), t(with), c(numbers), key(of), before(stored(in, t, key)) {
    if (before)
      record = *before;
    else if (row())
      record.known = knowledge::present;
  }

  /// Forgets the record, even one that is damaged: for steps after which it does not matter.
  static void forget(table const& in, transaction& t, std::string_view key) { t.erase(in.sides().intents, key); }

  static std::optional<intent_record> stored(table const& in, transaction const& t, std::string_view key) {
    auto const bytes = t.get(in.sides().intents, key);
    return bytes ? std::optional(intent_record_from(*bytes)) : std::nullopt;
  }

  std::optional<std::string_view> row() const { return t.get(in.values(), key); }
  void drop() { t.erase(in.values(), key); }

  /// A fresh number.
  std::uint64_t next() { return ++c.sequence; }

  /// Stores what became of the record.
  void keep() {
    if (record.redundant()) {
      if (before) t.erase(in.sides().intents, key);
    } else if (record != before.value_or(intent_record{})) {
      t.put(in.sides().intents, key, to_bytes(record));
    }
  }

  table const& in;
  transaction& t;
  counters& c;
  std::string_view key;
  std::optional<intent_record> const before;
  intent_record record;
};

} // namespace zddm::lmdb
