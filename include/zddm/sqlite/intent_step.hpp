// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <optional>

#include <zddm/core/intent.hpp>
#include <zddm/sqlite/database.hpp>
#include <zddm/sqlite/intents.hpp>
#include <zddm/sqlite/rows.hpp>

namespace zddm::sqlite {

/// What a step begins with: the record that is stored, or none, for steps after which it does not matter, be it damaged.
enum class basis { stored, none };

/// The row of one key and the record beside it, within a write transaction of the caller.
template <class Key, class Value> class intent_step {
public:
  intent_step(rows<Key, Value>& r, intents<Key> const& i, session& s, Key const& key, basis from)
      : rows_(r), intents_(i), session_(s), key_(key) {
    if (from == basis::none) return;
    before_ = i.load(s, key);
    if (before_)
      record = *before_;
    else if (r.has(s, key))
      record.known = knowledge::present;
    fresh_ = !before_;
  }

  /// What the stored record, or else the row alone, says; what the step makes of it.
  intent_record record;

  std::optional<Value> get() { return rows_.get(session_, key_); }
  bool has() { return rows_.has(session_, key_); }
  void set(std::optional<Value> const& value) { rows_.set(session_, key_, value); }
  void drop() { rows_.erase(session_, key_); }

  /// A fresh number of the store.
  std::uint64_t next() { return intents_.next(session_); }
  std::uint64_t floor() const { return intents_.floor(session_); }
  bool sealed() const { return intents_.sealed(session_); }

  /// Stores what became of the record.
  void keep() {
    if (record.redundant() || record != before_.value_or(intent_record{})) intents_.save(session_, key_, record, !fresh_);
  }

private:
  rows<Key, Value>& rows_;
  intents<Key> const& intents_;
  session& session_;
  Key const& key_;
  std::optional<intent_record> before_;
  bool fresh_ = false; ///< there is none to replace
};

} // namespace zddm::sqlite
