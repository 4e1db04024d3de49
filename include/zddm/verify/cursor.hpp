// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <zddm/core/counterpart.hpp>
#include <zddm/core/error.hpp>
#include <zddm/core/store.hpp>

namespace zddm::verify {

namespace detail {

template <class Key> std::weak_ordering compare(Key const& a, Key const& b) {
  if constexpr (std::three_way_comparable<Key, std::weak_ordering>)
    return a <=> b;
  else
    return a < b ? std::weak_ordering::less : b < a ? std::weak_ordering::greater : std::weak_ordering::equivalent;
}

} // namespace detail

/// Walks the rows of a key range one by one in the store's order, holding one page of them.
template <scannable_store Store> class cursor {
public:
  struct row {
    key_of<Store> key;
    std::optional<value_of<Store>> value; ///< nothing: the row has no counterpart in the other shape
  };

  /// `keyless` is told, as text, Old's key of each row whose key has no counterpart either; such rows are walked past.
  template <class Keyless>
  cursor(Store& store, key_range<key_of<Store>> const& range, std::size_t page, Keyless&& keyless)
      : store_(store), limit_(std::max<std::size_t>(page, 1)), keyless_(std::forward<Keyless>(keyless)), last_(range.after),
        upto_(range.upto) {
    load();
  }

  /// The present row; null at the end.
  row const* get() const { return at_ < used_ ? &rows_[at_] : nullptr; }

  /// False once a row was met whose key is not above the one before.
  bool ascending() const { return ascending_; }

  /// Whether another cursor, of the rows behind a place before the present row, or behind it where it is `passed`, is told none
  /// of the keyless rows again.
  bool can_part(bool passed) const { return !told_ || (passed && at_ + 1 == used_ && !last_page_); }

  void next() {
    if (++at_ == used_ && !last_page_) load();
  }

private:
  void load() {
    key_range<key_of<Store>> const rest{last_, upto_};
    at_ = used_ = 0;
    told_ = false;
    auto const visited = scan_with_refusals(
        store_, rest, limit_,
        [&]<class Key, class Value>(Key&& key, Value&& value) { keep(std::forward<Key>(key), std::forward<Value>(value)); },
        [&](refusal<key_of<Store>> const& r) {
          if (r.key)
            keep(*r.key, std::nullopt);
          else
            keyless_(r.old_key), told_ = true;
        });
    last_page_ = visited < limit_;
    for (std::size_t i = 0; i < used_; ++i)
      if (i > 0 || last_) ascending_ = ascending_ && detail::compare(i > 0 ? rows_[i - 1].key : *last_, rows_[i].key) < 0;
    if (used_ > 0) last_ = rows_[used_ - 1].key;
  }

  template <class Key, class Value> void keep(Key&& key, Value&& value) {
    if (used_ == rows_.size())
      rows_.push_back({std::forward<Key>(key), std::forward<Value>(value)});
    else {
      rows_[used_].key = std::forward<Key>(key);
      rows_[used_].value = std::forward<Value>(value);
    }
    ++used_;
  }

  Store& store_;
  std::size_t limit_;
  std::function<void(std::string const&)> keyless_;
  std::vector<row> rows_;
  std::size_t used_ = 0;
  std::size_t at_ = 0;
  std::optional<key_of<Store>> last_;
  std::optional<key_of<Store>> upto_;
  bool last_page_ = false;
  bool told_ = false; ///< of a keyless row in this page
  bool ascending_ = true;
};

} // namespace zddm::verify
