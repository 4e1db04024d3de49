// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <utility>

#include <range/v3/iterator/default_sentinel.hpp>
#include <range/v3/view/facade.hpp>

#include <zddm/backfill/copy.hpp>
#include <zddm/core/store.hpp>

namespace zddm::backfill {

/// The pages of a key range as an input range: at least one, each read when it is asked for, into the same room.
/// `limit()` says before each page what it may hold; no rows end the range early. What is read may be taken out of the room.
template <class Copy> class pages : public ranges::view_facade<pages<Copy>> {
public:
  using key = typename Copy::key;
  using page_type = typename Copy::page_type;

  pages() = default;
  pages(Copy& copy, key_range<key> range, std::function<page_limit()> limit, page_type& room)
      : copy_(&copy), page_(&room), range_(std::move(range)), limit_(std::move(limit)) {}

private:
  friend ranges::range_access;

  struct cursor {
    pages* from = nullptr;

    page_type& read() const { return *from->page_; }
    void next() { from->advance(); }
    bool equal(ranges::default_sentinel_t) const { return from->over_; }
    using single_pass = std::true_type;
  };

  cursor begin_cursor() {
    advance();
    return {this};
  }

  void advance() {
    auto const limit = last_ ? page_limit(0) : limit_();
    over_ = limit.rows == 0;
    if (over_) return;
    copy_->read(range_, limit, *page_);
    last_ = page_->ends;
    if (page_->last) range_.after = page_->last;
  }

  Copy* copy_ = nullptr;
  page_type* page_ = nullptr;
  key_range<key> range_;
  std::function<page_limit()> limit_;
  bool last_ = false; ///< the page that was read
  bool over_ = false;
};

} // namespace zddm::backfill
