// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <utility>

#include <range/v3/iterator/default_sentinel.hpp>
#include <range/v3/view/facade.hpp>

#include <zddm/core/store.hpp>

namespace zddm::backfill {

/// The pages of a key range as an input range: at least one, each read when it is asked for, into the same room.
/// `limit()` says before each page how many rows it may have; zero ends the range early.
template <class Copy> class pages : public ranges::view_facade<pages<Copy>> {
public:
  using key = typename Copy::key;
  using page_type = typename Copy::page_type;

  pages() = default;
  pages(Copy& copy, key_range<key> range, std::function<std::size_t()> limit, page_type& room)
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
    if (started_ && page_->ends) {
      over_ = true;
      return;
    }
    started_ = true;
    std::size_t const limit = limit_();
    over_ = limit == 0;
    if (over_) return;
    copy_->read(range_, limit, *page_);
    if (page_->last) range_.after = page_->last;
  }

  Copy* copy_ = nullptr;
  page_type* page_ = nullptr;
  key_range<key> range_;
  std::function<std::size_t()> limit_;
  bool started_ = false;
  bool over_ = false;
};

} // namespace zddm::backfill
